import Foundation
import SharedMemory
import Testing
import TestingSupport
import WireProtocol

@testable import Collectives

@Suite(.timeLimit(.minutes(1))) struct AllReduceTests {
    /// Which host each member is on; members of one letter share memory.
    static let clusters = [
        "", "a", "aa", "aaa", "aaaa", "aaaaa", "ab", "aab", "aba", "abb", "aabb", "abab", "abcab", "abcde",
        "aaaab",
    ].filter { !$0.isEmpty }

    @Test(
        "shared memory, sockets and both together end with the same bits", arguments: clusters,
        [0, 1, 3, 4, 301, 5_003])
    func sameBits(cluster: String, count: Int) async throws {
        // Slots of 1 KiB: 128 sums a round, so that large buffers need many.
        try await run(Array(cluster).map { HostSharing(identity: "test-\($0)") }, count: count)
    }

    @Test("members that cannot share fall back to sockets, and say why")
    func fallback() async throws {
        let reports = try await run(
            [
                HostSharing(identity: "test"), HostSharing(directory: "/nowhere", identity: "test"),
                HostSharing(identity: "test"), .none,
            ], count: 1000)
        #expect(reports[1].contains { $0.contains("/nowhere") && $0.contains("sockets") })
        #expect(reports[0].contains { $0.contains("3 hosts") })
    }

    @Test("a folder in memory that is too small is passed over")
    func fullFolder() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "graft-full-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        guard try Self.command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path) else {
            return  // Only root may mount.
        }
        defer { _ = try? Self.command("umount", folder.path) }
        let sharing = HostSharing(directory: folder.path, identity: "test")
        let reports = try await run(
            [sharing, sharing], count: 1000, layout: SegmentLayout(slotBytes: 64 << 10))
        for report in reports {
            #expect(report.contains { $0.contains("no room") && $0.contains("shm-size") })
            #expect(report.contains { $0.contains("through sockets") })
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("members that see each other's folder under other names do not share")
    func otherFolders() async throws {
        let other = FileManager.default.temporaryDirectory.appending(path: "graft-shm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: other) }
        let reports = try await run(
            [HostSharing(identity: "test"), HostSharing(directory: other.path, identity: "test")], count: 100)
        #expect(reports.allSatisfy { $0 == ["the 2 members exchange through sockets"] })
    }

    @Test("names are gone once all have opened")
    func names() async throws {
        let links = MemoryPeerLink.ring(size: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in links {
                group.addTask {
                    let allReduce = AllReduce(
                        jobID: "namesjob", generation: 1, link: link, sharing: HostSharing(identity: "test"))
                    try await allReduce.allReduce(IntegerBuffer([1, 2]))
                    let names = try FileManager.default.contentsOfDirectory(
                        atPath: SharedMemorySegment.standardDirectory)
                    #expect(!names.contains { $0.contains("namesjob-1-\(link.rank)-") })
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a buffer of another length is refused")
    func unlike() async throws {
        let links = MemoryPeerLink.ring(size: 2)
        let errors = await withTaskGroup(of: CollectiveError?.self) { group in
            for link in links {
                group.addTask {
                    let allReduce = AllReduce(
                        jobID: "job", generation: 1, link: link,
                        options: RingOptions(
                            silenceLimit: .milliseconds(200), stallLimit: .milliseconds(400)),
                        sharing: HostSharing(identity: "test"))
                    do {
                        try await allReduce.allReduce(
                            IntegerBuffer(contribution(rank: link.rank, count: 10 + link.rank, round: 0)))
                        return nil
                    } catch { return error as? CollectiveError }
                }
            }
            var errors: [CollectiveError?] = []
            for await error in group { errors.append(error) }
            return errors
        }
        #expect(errors.contains { $0?.code == .protocolViolation })
    }

    @Test("a member whose process is killed is named at once, though its listener's silence is not yet known")
    func killed() async throws {
        let layout = SegmentLayout(slotBytes: 1024)
        let name = "\(HostSharing.namePrefix)-\(UUID().uuidString)"
        let path = "\(SharedMemorySegment.standardDirectory)/\(name)"
        let victim = try LockHolder(path: path, byteCount: layout.byteCount)
        defer { unlink(path) }
        let link = MemoryPeerLink.ring(size: 2)[0]
        for (hop, text) in ["test\n\(name)", "0"].enumerated() {
            link.inject(
                GradientChunk(
                    jobID: "job", fromRank: 1, phase: HostAgreement.phase, hop: hop, data: Array(text.utf8)))
        }
        let waiting = Task {
            let allReduce = AllReduce(
                jobID: "job", generation: 0, link: link,
                options: RingOptions(silenceLimit: .seconds(50)), sharing: HostSharing(identity: "test"),
                layout: layout)
            let error = try #require(
                await #expect(throws: CollectiveError.self) {
                    try await allReduce.allReduce(IntegerBuffer(contribution(rank: 0, count: 500, round: 0)))
                })
            let again = await #expect(throws: CollectiveError.self) {
                try await allReduce.allReduce(IntegerBuffer([1]))
            }
            #expect(again?.code == .broken)
            return error
        }
        try await Task.sleep(for: .milliseconds(200))
        victim.kill()
        let error = try await waiting.value
        #expect(error.code == .peerSilent && error.peerRank == 1 && error.peerName == "member 1")
        #expect(error.message.contains("process has ended"))
    }

    @Test("a member that hangs is named after the limits; one that left first is not to blame")
    func hanging() async throws {
        let links = MemoryPeerLink.ring(size: 3, weather: [1: .init(answers: false)])
        let errors = await withTaskGroup(of: (Int, CollectiveError?).self) { group in
            for link in links {
                group.addTask {
                    let allReduce = AllReduce(
                        jobID: "job", generation: 0, link: link,
                        options: RingOptions(silenceLimit: .milliseconds(link.rank == 0 ? 200 : 600)),
                        sharing: HostSharing(identity: "test"))
                    do {
                        try await allReduce.allReduce(
                            IntegerBuffer(contribution(rank: link.rank, count: 10, round: 0)))
                        if link.rank == 1 {
                            // Keeps what it holds, and does nothing.
                            try await Task.sleep(for: .seconds(3))
                            withExtendedLifetime(allReduce) {}
                            return (1, nil)
                        }
                        try await allReduce.allReduce(IntegerBuffer([1]))
                        return (link.rank, nil)
                    } catch { return (link.rank, error as? CollectiveError) }
                }
            }
            var errors: [Int: CollectiveError?] = [:]
            for await (rank, error) in group { errors[rank] = error }
            return errors
        }
        for rank in [0, 2] {
            let error = try #require(errors[rank] ?? nil)
            #expect(error.code == .peerSilent && error.peerRank == 1, "\(error)")
        }
    }

    @Test("a cancelled task does not wait on")
    func cancellation() async throws {
        let links = MemoryPeerLink.ring(size: 2)
        let waiting = Task {
            let allReduce = AllReduce(
                jobID: "job", generation: 0, link: links[0], sharing: HostSharing(identity: "test"))
            try await allReduce.allReduce(IntegerBuffer([1]))
            try await allReduce.allReduce(IntegerBuffer([2]))
        }
        let other = AllReduce(
            jobID: "job", generation: 0, link: links[1], sharing: HostSharing(identity: "test"))
        try await other.allReduce(IntegerBuffer([1]))
        try await Task.sleep(for: .milliseconds(50))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        withExtendedLifetime(other) {}
    }

    /// - Returns: what each member reported.
    @discardableResult
    private func run(
        _ sharing: [HostSharing], count: Int, layout: SegmentLayout = SegmentLayout(slotBytes: 1024)
    ) async throws -> [[String]] {
        let links = MemoryPeerLink.ring(size: sharing.count)
        let reports = sharing.map { _ in Reports() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in links {
                group.addTask {
                    let report = reports[link.rank]
                    let allReduce = AllReduce(
                        jobID: "job", generation: 3, link: link,
                        options: RingOptions(chunkBytes: 256, silenceLimit: .seconds(20)),
                        sharing: sharing[link.rank], layout: layout, report: { report.add($0) })
                    for round in 0..<4 {
                        let buffer = IntegerBuffer(contribution(rank: link.rank, count: count, round: round))
                        try await allReduce.allReduce(buffer)
                        let expected = expectedResults(size: link.size, count: count, round: round)
                        #expect(buffer.results == expected)
                    }
                    #expect(link.size == 1 || count == 0 || allReduce.sentBytes > 0 || count < link.size)
                }
            }
            try await group.waitForAll()
        }
        return reports.map(\.all)
    }

    private static func command(_ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
