/// What a sample shows to a model, as it travels and before any preprocessing.
public enum SamplePayload: Sendable, Equatable {
    case text(String)
    /// A whole PNG or JPEG file.
    case image([UInt8])
    /// One number a column, in the order of the task's columns; all finite.
    case numbers([Float])

    /// The text, where it is one.
    public var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The bytes that travel and that hashes are of: UTF-8, the image file, or each number's bit pattern,
    /// little-endian.
    public var bytes: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8)
        case .image(let file): file
        case .numbers(let numbers): Self.bytes(of: numbers)
        }
    }

    var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .image(let file): file.count
        case .numbers(let numbers): 4 * numbers.count
        }
    }

    private static func bytes(of numbers: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * numbers.count)
        for number in numbers {
            let pattern = number.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
            }
        }
        return bytes
    }
}
