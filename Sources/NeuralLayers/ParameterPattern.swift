/// Picks parameters by their paths.
///
/// A path picks the parameter of that name and all below it, by whole components: "encoder.layer.1" does not mean
/// "encoder.layer.10". In a pattern `*` stands for any characters, dots included, and `?` for one.
public struct ParameterPattern: Sendable, Equatable {
    public let text: String
    private let bytes: [UInt8]

    public init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// Whether the pattern describes the name, or a path above it.
    public func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        let ends = name.indices.filter { name[$0] == UInt8(ascii: ".") } + [name.count]
        return ends.contains { describes(name[..<$0]) }
    }

    /// Whether the pattern describes all of `name`. Goes back to the last `*` where what follows does not fit.
    private func describes(_ name: ArraySlice<UInt8>) -> Bool {
        var (position, place) = (0, 0)
        var lastStar: (position: Int, place: Int)?
        while place < name.count {
            if position < bytes.count, bytes[position] == UInt8(ascii: "*") {
                lastStar = (position, place)
                position += 1
            } else if position < bytes.count,
                bytes[position] == UInt8(ascii: "?") || bytes[position] == name[place]
            {
                position += 1
                place += 1
            } else if let star = lastStar {
                lastStar = (star.position, star.place + 1)
                (position, place) = (star.position + 1, star.place + 1)
            } else {
                return false
            }
        }
        return bytes[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
