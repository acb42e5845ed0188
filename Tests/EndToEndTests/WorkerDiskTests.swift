import Foundation
import Testing
import TestingSupport

/// Workers whose disk is damaged or full: it is said, and the job's model is the same.
@Suite(.serialized) struct WorkerDiskTests {
    /// A bit flips in cached features and another in the backbone's weights.
    @Test func flippedBitsAreNoticedAndMadeGood() async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let worker = try cluster.startWorker("only")
        let job = try TinyJob()
        let file = try job.write()
        let (first, _) = try await run(file, on: cluster)

        let cache = cluster.folder.file("cache-only")
        let segments = try FlippedBits.flip(in: cache.appending(path: "features")) {
            $0.hasSuffix(".features")
        }
        #expect(segments.count == 1)
        let weights = try Data(contentsOf: job.folder.file("backbone/model.safetensors"))
        let blobs = try FlippedBits.flip(in: cache.appending(path: "blobs")) { path in
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            return size == weights.count
        }
        #expect(blobs.count == 1)

        let (second, log) = try await run(file, on: cluster)
        #expect(second["modelSHA256"] as? String == first["modelSHA256"] as? String)
        let extraction = try #require(second["extraction"] as? [String: Any])
        #expect(extraction["backboneForwards"] as? Int == 280, "what is damaged is computed again")
        #expect(log.contains("damaged feature segment") && log.contains(segments[0]), "\(log)")
        await worker.stop()
        await coordinator.stop()
    }

    struct Room: Sendable {
        let size: String
        /// What the job's log says.
        let message: String
        let workers: Int
    }

    @Test(
        .enabled(if: SmallFileSystem.isAvailable, "needs root and the right to mount a tmpfs"),
        arguments: [
            Room(size: "640k", message: "features are kept in memory", workers: 2),
            Room(size: "64k", message: "cannot go on", workers: 1),
        ])
    func aFullDiskCostsNoJob(room: Room) async throws {
        var job = try TinyJob()
        job.samples = 3000
        job.epochs = 1
        job.minimumWorkers = 1
        let file = try job.write()
        let quiet = try await SameBitsTests.model(
            workers: 1, of: file, cache: job.folder.file("quiet").path)

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let disk = try #require(SmallFileSystem(size: room.size, at: cluster.folder.file("cache-small")))
        let workers = try ["small", "large"].map { try cluster.startWorker($0) }
        try await cluster.waitForWorkers(2)
        let (report, log) = try await run(file, on: cluster)
        #expect(report["modelSHA256"] as? String == quiet.sha)
        #expect(report["workers"] as? Int == room.workers, "\(log)")
        #expect(log.contains(room.message) && log.contains("small"), "\(log)")
        for worker in workers { await worker.stop() }
        await coordinator.stop()
        withExtendedLifetime(disk) {}
    }

    /// Runs a job to its end; gives its report and its log.
    private func run(_ file: String, on cluster: Cluster) async throws -> ([String: Any], String) {
        let submitted = try await cluster.run(["submit", file, "--wait"])
        let log = try await cluster.run(["logs", "tiny"]).output
        try #require(submitted.exitCode == 0, "\(submitted.output)\(submitted.errors)\(log)")
        return (try #require(try await cluster.json(["show", "tiny"])["report"] as? [String: Any]), log)
    }
}
