import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct ShardCodecTests {
    let samples = [
        Sample(index: 0, text: "", label: 0), Sample(index: 8, text: "héllo\n😀", label: 21),
        Sample(index: 2_000_000_000, text: String(repeating: "x", count: 5_000), label: 1),
        Sample(index: 3, payload: .image([0x89, 0x50, 0xFF]), label: 4),
        Sample(index: 4, payload: .numbers([-0.0, 1.5, .leastNonzeroMagnitude]), label: 5),
        Sample(index: 5, payload: .numbers([]), label: 5),
    ]

    @Test func samplesComeBack() throws {
        #expect(try ShardCodec.decode(ShardCodec.encode(samples)) == samples)
        #expect(try ShardCodec.decode(ShardCodec.encode([])) == [])
    }

    @Test func theLayoutIsTheDocumentedOne() {
        let bytes = ShardCodec.encode([Sample(index: 258, text: "ab", label: 3)])
        #expect(
            bytes == Array("GRSH".utf8) + [2, 0, 0, 0, 1, 0, 0, 0] + [2, 1, 0, 0, 0, 0, 0, 0] + [3, 0, 0, 0]
                + [0] + [2, 0, 0, 0] + Array("ab".utf8))
        let numbers = ShardCodec.encode([Sample(index: 0, payload: .numbers([1]), label: 0)])
        #expect(numbers.suffix(9) == [2] + [4, 0, 0, 0] + [0, 0, 0x80, 0x3F])
        let image = ShardCodec.encode([Sample(index: 0, payload: .image([7, 8]), label: 0)])
        #expect(image.suffix(7) == [1] + [2, 0, 0, 0] + [7, 8])
    }

    @Test func everyCutIsRefused() throws {
        let bytes = ShardCodec.encode(Array(samples.prefix(2)))
        for length in 0..<bytes.count {
            #expect(throws: DatasetError.self) { try ShardCodec.decode(Array(bytes.prefix(length))) }
        }
        #expect(throws: DatasetError.self) { try ShardCodec.decode(bytes + [0]) }
    }

    /// Places in a shard of one sample: magic, version, count, index, label, kind, length and text.
    @Test(arguments: [
        (0, 0), (4, 1), (8, 255), (11, 255), (19, 255), (23, 255), (24, 2), (24, 3), (28, 255), (29, 255),
    ])
    func aChangedByteIsRefused(place: Int, value: Int) {
        var bytes = ShardCodec.encode([Sample(index: 1, text: "ab", label: 1)])
        bytes[place] = UInt8(value)
        let error = #expect(throws: DatasetError.self) { try ShardCodec.decode(bytes) }
        #expect(error?.code == .invalidShard)
    }

    @Test func numbersAreFinite() {
        var bytes = ShardCodec.encode([Sample(index: 1, payload: .numbers([1, 2]), label: 1)])
        bytes.replaceSubrange((bytes.count - 2)..., with: [0x80, 0x7F])
        #expect(throws: DatasetError.self) { try ShardCodec.decode(bytes) }
    }

    @Test func noiseIsRefusedOrDecodes() {
        var generator = SplitMix64(state: 5)
        for _ in 0..<2_000 {
            var bytes = ShardCodec.encode(Array(samples.prefix(2) + samples.suffix(3)))
            for _ in 0...generator.next(below: 3) {
                bytes[Int(generator.next(below: UInt64(bytes.count)))] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            if let decoded = try? ShardCodec.decode(bytes) { #expect(ShardCodec.encode(decoded) == bytes) }
        }
    }
}
