import Testing

@testable import WireProtocol

@Suite struct MalformedEnvelopeTests {
    @Test(
        "what is no envelope is a WireError",
        arguments: [
            ([], WireError.Code.versionMismatch),
            ([0x08], .malformed),  // a key without a value
            ([0x08, 0x02], .unknownBody),  // no body
            ([0x08, 0x02, 0x12, 0x7f], .malformed),  // a length beyond the end
            ([0x08, 0x02, 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], .malformed),
            ([0x08, 0x02, 0x12, 0x01, 0xff], .malformed),  // a request id that is not UTF-8
            ([0x08, 0x02, 0x0b], .malformed),  // a group
            ([0x08] + [UInt8](repeating: 0x80, count: 11), .malformed),  // a number without end
            ([0x00, 0x01], .malformed),  // field number 0
            ([0x08, 0x02, 0x5a, 0x00, 0x5a, 0x00], .malformed),  // two bodies
            ([0x08, 0x02, 0xba, 0x3e, 0x00], .unknownBody),  // body 999
            ([0x08, 0x02, 0xe2, 0x02, 0x03, 0x0a, 0x01, 0xff], .malformed),  // GetJob, id not UTF-8
            ([0x08, 0x02, 0xe2, 0x02, 0x02, 0x0a, 0x05], .malformed),  // GetJob, cut off
        ])
    func malformed(bytes: [UInt8], code: WireError.Code) {
        #expect { try Envelope.decode(bytes) } throws: { ($0 as? WireError)?.code == code }
    }

    @Test("a count beyond Int is refused")
    func hugeCount() throws {
        // Field 2 of PutBlobChunk, total_size, with all 64 bits set.
        let content: [UInt8] = [0x10] + [UInt8](repeating: 0xff, count: 9) + [0x01]
        let bytes: [UInt8] = [0x08, 0x02, 0x82, 0x02, UInt8(content.count)] + content
        let error = try #require(throws: WireError.self) { try Envelope.decode(bytes) }
        #expect(error.message.contains("PutBlobChunk.total_size"))
    }

    @Test("many empty parts in few bytes do not take the host's memory")
    func manyParts() throws {
        // JobList with half a million jobs of two bytes each: more than a hundred megabytes of C structs.
        let jobs = Array(repeatElement([UInt8(0x0a), 0x00], count: 1 << 19).joined())
        var bytes: [UInt8] = [0x08, 0x02, 0xda, 0x02]
        var length = jobs.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7f) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        #expect { try Envelope.decode(bytes + jobs) } throws: { ($0 as? WireError)?.code == .tooLarge }
    }

    @Test("seeded mutations never crash, and are read or refused", arguments: 0..<8)
    func mutations(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed))
        let originals = try sampleBodies.map { try Envelope(requestID: "fuzz", body: $0).encode() }
        var refused = 0
        for _ in 0..<1500 {
            var bytes = originals[Int.random(in: 0..<originals.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, using: &generator) }
            do {
                let envelope = try Envelope.decode(bytes)
                // What was accepted is a proper value, which can be written again.
                #expect(try Envelope.decode(try envelope.encode()).body.name == envelope.body.name)
            } catch is WireError {
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    private func mutate(_ bytes: inout [UInt8], using generator: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.removeSubrange(position...)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        default:
            let end = min(bytes.count, position + Int.random(in: 1...16, using: &generator))
            bytes.insert(contentsOf: bytes[position..<end], at: position)
        }
    }
}

/// A small seeded generator (SplitMix64, Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
