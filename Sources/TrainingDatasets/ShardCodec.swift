/// Samples as bytes, for the way from coordinator to workers.
///
/// Layout, little-endian: the magic `GRSH`, version (u32), count (u32), then for each sample its index (u64),
/// label (u32), kind (u8: 0 text, 1 image, 2 numbers), length of its payload in bytes (u32) and the payload:
/// UTF-8, a PNG or JPEG file, or fp32 numbers. The same samples are the same bytes, so that a shard's hash says
/// what is in it.
public enum ShardCodec {
    static let magic = Array("GRSH".utf8)
    static let version: UInt32 = 2
    private static let headerSize = 12
    private static let sampleHeaderSize = 17

    public static func encode(_ samples: [Sample]) -> [UInt8] {
        var bytes = magic
        bytes.reserveCapacity(samples.reduce(headerSize) { $0 + sampleHeaderSize + $1.payload.byteCount })
        append(version, to: &bytes)
        append(UInt32(samples.count), to: &bytes)
        for sample in samples {
            append(UInt64(sample.index), to: &bytes)
            append(UInt32(sample.label), to: &bytes)
            append(kind(of: sample.payload), to: &bytes)
            append(UInt32(sample.payload.byteCount), to: &bytes)
            bytes.append(contentsOf: sample.payload.bytes)
        }
        return bytes
    }

    /// Throws `DatasetError` (`invalidShard`) for bytes that are not exactly a shard.
    public static func decode(_ bytes: [UInt8]) throws -> [Sample] {
        var cursor = 0
        guard bytes.count >= headerSize, bytes[..<4].elementsEqual(magic) else {
            throw invalid("it does not start as a shard does")
        }
        cursor = 4
        let foundVersion: UInt32 = read(bytes, &cursor)
        guard foundVersion == version else {
            throw invalid("it has version \(foundVersion), and this program reads \(version)")
        }
        let count = Int(read(bytes, &cursor) as UInt32)
        guard count <= (bytes.count - cursor) / sampleHeaderSize else {
            throw invalid("it announces \(count) samples in \(bytes.count) bytes")
        }
        var samples: [Sample] = []
        samples.reserveCapacity(count)
        for number in 0..<count {
            samples.append(try sample(number, bytes, &cursor))
        }
        guard cursor == bytes.count else {
            throw invalid("\(bytes.count - cursor) bytes follow its last sample")
        }
        return samples
    }

    private static func sample(_ number: Int, _ bytes: [UInt8], _ cursor: inout Int) throws -> Sample {
        guard bytes.count - cursor >= sampleHeaderSize else {
            throw invalid("it ends within sample \(number)")
        }
        let index: UInt64 = read(bytes, &cursor)
        let label: UInt32 = read(bytes, &cursor)
        let kind: UInt8 = read(bytes, &cursor)
        let length = Int(read(bytes, &cursor) as UInt32)
        guard bytes.count - cursor >= length else { throw invalid("it ends within sample \(number)") }
        guard index <= UInt64(Int32.max), label <= UInt32(Int32.max) else {
            throw invalid("sample \(number) has index \(index) and label \(label)")
        }
        let payload = try payload(kind, bytes[cursor..<(cursor + length)], number)
        cursor += length
        return Sample(index: Int(index), payload: payload, label: Int(label))
    }

    private static func kind(of payload: SamplePayload) -> UInt8 {
        switch payload {
        case .text: 0
        case .image: 1
        case .numbers: 2
        }
    }

    private static func payload(_ kind: UInt8, _ bytes: ArraySlice<UInt8>, _ number: Int) throws
        -> SamplePayload
    {
        switch kind {
        case 0:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw invalid("the text of sample \(number) is not UTF-8")
            }
            return .text(text)
        case 1: return .image(Array(bytes))
        case 2:
            guard bytes.count.isMultiple(of: 4) else {
                throw invalid("the numbers of sample \(number) have \(bytes.count) bytes")
            }
            let whole = Array(bytes)
            var cursor = 0
            let numbers = (0..<(whole.count / 4)).map { _ in Float(bitPattern: read(whole, &cursor)) }
            guard numbers.allSatisfy(\.isFinite) else {
                throw invalid("a number of sample \(number) is not finite")
            }
            return .numbers(numbers)
        default: throw invalid("sample \(number) is of kind \(kind), which is none")
        }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        var rest = value
        for _ in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// The caller has checked that the bytes are there.
    private static func read<Value: FixedWidthInteger>(_ bytes: [UInt8], _ cursor: inout Int) -> Value {
        var value: Value = 0
        for position in 0..<(Value.bitWidth / 8) {
            value |= Value(truncatingIfNeeded: bytes[cursor + position]) << Value(8 * position)
        }
        cursor += Value.bitWidth / 8
        return value
    }

    private static func invalid(_ reason: String) -> DatasetError {
        DatasetError(
            code: .invalidShard, reason: "These bytes are not a shard: \(reason). Fetch the shard again.")
    }
}
