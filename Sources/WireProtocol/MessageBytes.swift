import ZeroMQMessaging

/// Bulk data of a message: bytes of its own, or a part of the frame in which the message came, which is not copied.
public struct MessageBytes: Sendable, Equatable {
    private enum Place: Sendable {
        case array([UInt8])
        case frame(ReceivedFrame, Range<Int>)
    }

    private let place: Place

    public init(_ bytes: [UInt8] = []) { place = .array(bytes) }

    /// - Parameter range: lies within the frame.
    init(_ frame: ReceivedFrame, _ range: Range<Int>) { place = .frame(frame, range) }

    public var count: Int {
        switch place {
        case .array(let bytes): bytes.count
        case .frame(_, let range): range.count
        }
    }

    /// The bytes as an array, which is a copy where they are a part of a frame.
    public var array: [UInt8] {
        switch place {
        case .array(let bytes): bytes
        case .frame: withBytes { $0.withUnsafeBytes { [UInt8]($0) } }
        }
    }

    /// Lends the bytes, which need not be aligned, for the call.
    public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
        switch place {
        case .array(let bytes): try body(bytes.span.bytes)
        case .frame(let frame, let range): try frame.withBytes { try body($0.extracting(range)) }
        }
    }

    /// Writes the bytes to the beginning of a target that has room for them.
    public func copy(into target: inout MutableRawSpan) {
        withBytes { bytes in
            target.withUnsafeMutableBytes { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
        }
    }

    public static func == (one: MessageBytes, other: MessageBytes) -> Bool { one.array == other.array }
}
