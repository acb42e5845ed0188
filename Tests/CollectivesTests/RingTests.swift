import Testing
import WireProtocol

@testable import Collectives

@Suite(.timeLimit(.minutes(1))) struct RingTests {
    static let shapes: [(size: Int, count: Int)] = [
        (1, 0), (1, 10), (2, 0), (2, 1), (2, 1000), (3, 2), (3, 301), (5, 1), (5, 4), (5, 6), (5, 999),
        (9, 500),
    ]

    @Test("all members end with the sums, round after round", arguments: shapes)
    func sums(shape: (size: Int, count: Int)) async throws {
        try await run(MemoryPeerLink.ring(size: shape.size), count: shape.count, chunkBytes: 256)
    }

    @Test("late, repeated and disordered chunks change nothing", arguments: shapes, [UInt64(1), 2])
    func badWeather(shape: (size: Int, count: Int), seed: UInt64) async throws {
        let weather = MemoryPeerLink.Weather(reorders: true, duplicates: true)
        let links = MemoryPeerLink.ring(
            size: shape.size,
            weather: Dictionary(uniqueKeysWithValues: (0..<shape.size).map { ($0, weather) }),
            seed: seed)
        try await run(links, count: shape.count, chunkBytes: 64)
    }

    @Test("any chunk size and window gives the same", arguments: [1, 8, 24, 4096], [1, 2, 50])
    func chunking(chunkBytes: Int, window: Int) async throws {
        try await run(MemoryPeerLink.ring(size: 4), count: 23, chunkBytes: chunkBytes, window: window)
    }

    private func run(
        _ links: [MemoryPeerLink], count: Int, chunkBytes: Int, window: Int = 4
    ) async throws {
        let options = RingOptions(chunkBytes: chunkBytes, window: window, silenceLimit: .seconds(20))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in links {
                group.addTask {
                    let ring = RingAllReduce(jobID: "job", generation: 3, link: link, options: options)
                    for round in 0..<3 {
                        let buffer = IntegerBuffer(
                            contribution(rank: link.rank, count: count, round: round), packs: round > 0)
                        try await ring.allReduce(buffer)
                        let expected = expectedResults(size: link.size, count: count, round: round)
                        #expect(buffer.results == expected)
                        if link.size == 1 {
                            #expect(buffer.finishedRanges == (count == 0 ? [] : [0..<count]))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a member that falls silent midway is named by its neighbour")
    func silence() async throws {
        let links = MemoryPeerLink.ring(size: 3, weather: [1: .init(diesAfter: 5, answers: false)])
        let errors = await withTaskGroup(of: (Int, CollectiveError?).self) { group in
            for link in links {
                group.addTask {
                    let ring = RingAllReduce(
                        jobID: "job", generation: 0, link: link,
                        options: RingOptions(chunkBytes: 64, silenceLimit: .milliseconds(150)))
                    do {
                        try await ring.allReduce(
                            IntegerBuffer(contribution(rank: link.rank, count: 500, round: 0)))
                        return (link.rank, nil)
                    } catch {
                        // Whoever failed stays failed.
                        let again = await #expect(throws: CollectiveError.self) {
                            try await ring.allReduce(IntegerBuffer([1]))
                        }
                        #expect(again?.code == .broken)
                        return (link.rank, error as? CollectiveError)
                    }
                }
            }
            var errors: [Int: CollectiveError?] = [:]
            for await (rank, error) in group { errors[rank] = error }
            return errors
        }
        let error = try #require(errors[2] ?? nil)
        #expect(error.code == .peerSilent && error.peerRank == 1 && error.peerName == "member 1")
        #expect(error.message.contains("member 1"))
    }

    @Test("a member that computes for long is waited for as long as it answers")
    func slowMember() async throws {
        let links = MemoryPeerLink.ring(size: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in links {
                group.addTask {
                    let ring = RingAllReduce(
                        jobID: "job", generation: 0, link: link,
                        options: RingOptions(silenceLimit: .milliseconds(50), stallLimit: .seconds(30)))
                    if link.rank == 1 { try await Task.sleep(for: .milliseconds(500)) }
                    let buffer = IntegerBuffer(contribution(rank: link.rank, count: 100, round: 0))
                    try await ring.allReduce(buffer)
                    #expect(buffer.results == expectedResults(size: 3, count: 100, round: 0))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a member that answers and never sends is given up in the end")
    func stalledMember() async throws {
        let link = MemoryPeerLink.ring(size: 2)[0]
        let ring = RingAllReduce(
            jobID: "job", generation: 0, link: link,
            options: RingOptions(silenceLimit: .milliseconds(20), stallLimit: .milliseconds(200)))
        let start = ContinuousClock.now
        let error = await #expect(throws: CollectiveError.self) {
            try await ring.allReduce(IntegerBuffer([1, 2]))
        }
        #expect(error?.code == .peerSilent && error?.peerRank == 1)
        #expect(error?.message.contains("though it answers") == true)
        #expect(start.duration(to: .now) >= .milliseconds(200))
        #expect(RingOptions(silenceLimit: .seconds(3)).stallLimit == .seconds(60))
    }

    @Test("chunks of another generation or job, and of rounds past, are passed over")
    func staleChunks() async throws {
        let links = MemoryPeerLink.ring(size: 2)
        for link in links {
            for (job, generation) in [("job", 2), ("other", 3), ("job", 4)] {
                link.inject(
                    GradientChunk(
                        jobID: job, generation: generation, fromRank: 1 - link.rank, count: 1,
                        data: [UInt8](repeating: 9, count: 8)))
            }
        }
        try await run(links, count: 40, chunkBytes: 64)
    }

    @Test("a peer that runs ahead without end is refused")
    func runawayPeer() async throws {
        let link = MemoryPeerLink.ring(size: 2)[0]
        link.inject(GradientChunk(jobID: "job", sequence: 2, fromRank: 1))
        let ring = RingAllReduce(jobID: "job", generation: 0, link: link)
        let error = await #expect(throws: CollectiveError.self) {
            try await ring.allReduce(IntegerBuffer([1, 2]))
        }
        #expect(error?.code == .protocolViolation && error?.peerRank == 1)
    }

    @Test func cancellation() async throws {
        let link = MemoryPeerLink.ring(size: 2)[0]
        let task = Task {
            try await RingAllReduce(jobID: "job", generation: 0, link: link).allReduce(IntegerBuffer([1, 2]))
        }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
