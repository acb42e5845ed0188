import Foundation
import Testing
import TestingSupport

/// A coordinator whose disk flips a bit: it is said, and the job's model is the same.
@Suite(.serialized) struct CoordinatorDiskTests {
    @Test func aDamagedCheckpointCostsTimeAlone() async throws {
        var job = try TinyJob()
        job.epochs = 120
        let file = try job.write()
        let quiet = try await SameBitsTests.model(
            workers: 1, of: file, cache: job.folder.file("quiet").path)

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let first = try cluster.startWorker("first")
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        try await cluster.waitForStep(1, of: "tiny")
        let blobs = cluster.folder.file("state/blobs/blobs")
        let earlier = try FlippedBits.fileNames(in: blobs)
        try await cluster.waitForStep(50, of: "tiny")
        #expect(try await cluster.run(["pause", "tiny"]).exitCode == 0)
        // Each upload that still ends moves the step that the message names.
        var (message, since) = ("", ContinuousClock.now)
        try await cluster.wait("the last checkpoint", of: "tiny") { summary in
            let present = summary["message"] as? String ?? ""
            if present != message { (message, since) = (present, .now) }
            return since.duration(to: .now) > .seconds(3)
        }
        await first.stop()
        // All that came later is checkpoints.
        let present = try FlippedBits.fileNames(in: blobs)
        let damaged = try FlippedBits.flip(in: blobs) { path in
            let name = String(path.split(separator: "/").last ?? "")
            return present.contains(name) && !earlier.contains(name)
        }
        #expect(!damaged.isEmpty)

        let second = try cluster.startWorker("second")
        #expect(try await cluster.run(["resume", "tiny"]).exitCode == 0)
        let report = try await cluster.waitForEnd(of: "tiny")
        let log = try await cluster.run(["logs", "tiny"]).output
        #expect(report["modelSHA256"] as? String == quiet.sha)
        #expect(log.contains("was lost on the coordinator's disk: going back"), "\(log)")
        await second.stop()
        await coordinator.stop()
    }
}
