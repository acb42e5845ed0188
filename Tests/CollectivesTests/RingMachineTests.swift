import Testing
import WireProtocol

@testable import Collectives

@Suite struct RingMachineTests {
    @Test(
        "parts cover the buffer, and are found again by their offset", arguments: [1, 2, 3, 5, 8],
        [0, 1, 4, 7, 64, 1000])
    func plan(size: Int, count: Int) {
        for chunkElements in [1, 3, 100] {
            let plan = RingPlan(count: count, size: size, chunkElements: chunkElements)
            var end = 0
            for segment in 0..<size {
                for index in 0..<plan.partsPerSegment {
                    let part = plan.part(index, ofSegment: segment)
                    #expect(part.lowerBound == end && part.count <= chunkElements)
                    #expect(
                        plan.partIndex(at: part.lowerBound, count: part.count, inSegment: segment) == index)
                    end = part.upperBound
                }
            }
            #expect(end == count)
        }
    }

    @Test("segments go in about eight chunks, neither too small nor too large")
    func chunkSizes() {
        let sizes = [(0, 1), (8192, 1), (8194, 2), (8 * 8192, 8), (80 * 8192, 8), (2 * 8 * 70_000, 10)]
        for (count, parts) in sizes {
            #expect(
                RingPlan(count: count, size: 2, largestChunk: 60_000).partsPerSegment == parts, "\(count)")
        }
        #expect(RingPlan(count: 8192, size: 2, largestChunk: 64).partsPerSegment == 64)
        #expect(RingPlan(count: 10, size: 2, largestChunk: 0).partsPerSegment == 5)
    }

    @Test("the window bounds what is sent ahead")
    func window() {
        var machine = makeMachine(count: 1000, size: 3, window: 5)
        #expect(machine.start().count == 5)
    }

    @Test("what has been reduced goes out before what has not been touched")
    func order() throws {
        var machine = makeMachine(count: 1000, size: 2, window: 1)
        let first = machine.plan.part(0, ofSegment: 0)
        #expect(machine.start() == [.send(.reduceScatter, hop: 0, first)])
        let range = machine.plan.part(0, ofSegment: 1)
        let chunk = GradientChunk(
            fromRank: 1, offset: range.lowerBound, count: range.count,
            data: [UInt8](repeating: 1, count: 8 * range.count))
        #expect(
            try machine.receive(chunk) == [
                .finishAdding(chunk.data, range), .send(.allGather, hop: 0, range),
            ])
        let results = GradientChunk(
            fromRank: 1, phase: 1, offset: first.lowerBound, count: first.count,
            data: [UInt8](repeating: 1, count: 4 * first.count))
        #expect(
            try machine.receive(results) == [
                .writeResult(results.data, first),
                .send(.reduceScatter, hop: 0, machine.plan.part(1, ofSegment: 0)),
            ])
    }

    @Test("a repeat is passed over")
    func repeats() throws {
        var machine = makeMachine(count: 6, size: 3)
        _ = machine.start()
        let chunk = GradientChunk(
            fromRank: 2, hop: 0, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 16))
        #expect(try machine.receive(chunk).count == 2)
        #expect(try machine.receive(chunk).isEmpty)
    }

    @Test("sums may have fewer bytes where the buffer says so", arguments: 0...9)
    func packedSums(width: Int) throws {
        var machine = makeMachine(count: 6, size: 3, smallest: 3)
        _ = machine.start()
        let chunk = GradientChunk(
            fromRank: 2, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 2 * width))
        if (3...8).contains(width) {
            #expect(try machine.receive(chunk).first == .accumulate(chunk.data, 4..<6))
        } else {
            #expect(throws: CollectiveError.self) { try machine.receive(chunk) }
        }
    }

    @Test(
        "what does not belong is refused",
        arguments: [
            GradientChunk(fromRank: 1, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, phase: 2, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, hop: 2, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, offset: 0, count: 2, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, offset: .max, count: 2, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, offset: 4, count: .max, data: [UInt8](repeating: 1, count: 16)),
            GradientChunk(fromRank: 2, offset: 4, count: 2, data: [UInt8](repeating: 1, count: 15)),
            GradientChunk(fromRank: 2, phase: 1, offset: 0, count: 2, data: [UInt8](repeating: 1, count: 16)),
        ])
    func violations(chunk: GradientChunk) {
        var machine = makeMachine(count: 6, size: 3)
        _ = machine.start()
        #expect { try machine.receive(chunk) } throws: {
            ($0 as? CollectiveError)?.code == .protocolViolation
        }
    }

    private func makeMachine(count: Int, size: Int, window: Int = 8, smallest: Int? = nil)
        -> RingAllReduceMachine
    {
        RingAllReduceMachine(
            count: count, rank: 0, size: size, sumElementBytes: 8, smallestSumElementBytes: smallest,
            resultElementBytes: 4,
            options: RingOptions(chunkBytes: 64, window: window))
    }
}
