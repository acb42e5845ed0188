import ContentStore
import Foundation
import Logging
import Testing
import TestingSupport
import TrainingJobs
import WireProtocol

@testable import CoordinatorService

/// The coordinator's disk fills while jobs run on it.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: SmallFileSystem.isAvailable, "needs root and the right to mount a tmpfs"))
struct FullDiskTests {
    @Test func `requests are refused, a running job waits and goes on once there is room`() async throws {
        let disk = try #require(SmallFileSystem(size: "4m"))
        let fixture = try CoordinatorFixture(stateDirectory: disk.directory.appendingPathComponent("state"))
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var behaviour = FakeWorker.Behaviour()
        behaviour.segmentTime = .milliseconds(50)
        _ = try await fixture.worker("901", coordinator, behaviour: behaviour)
        let (specification, contents) = TestClient.job(epochs: 20)
        try await client.submit("job-1", specification, contents)
        _ = try await eventually("progress") {
            try await client.detail("job-1").summary.flatMap { $0.progressDone >= 10 ? true : nil }
        }
        try disk.fill()

        // Whatever still goes into the last page of the database, in the end nothing does.
        let refusal = try await eventually("refusal") { () -> RefusedError? in
            if let refusal = try await client.refusal(of: .pauseJob(PauseJob(jobID: "job-1"))) {
                return refusal
            }
            _ = try await client.refusal(of: .resumeJob(ResumeJob(jobID: "job-1")))
            return nil
        }
        #expect(refusal.code == "database-unavailable" && refusal.message.contains("disk"))
        let (other, otherContents) = TestClient.job(salt: "other")
        let submission = try TestClient.message("job-2", other, otherContents)
        #expect(try await client.refusal(of: .submitJob(submission))?.code == "database-unavailable")
        let bytes = [UInt8](repeating: 7, count: 200_000)
        let upload = PutBlobChunk(
            sha256: FileHasher.sha256(of: bytes), totalSize: bytes.count, offset: 0, data: bytes)
        let full = try #require(try await client.refusal(of: .putBlobChunk(upload)))
        #expect(full.code == "coordinator-disk-full" && full.message.contains("Free some space"))

        let stuck = try #require(try await client.detail("job-1").summary)
        #expect(stuck.state != "failed" && stuck.progressDone < 100)
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await client.detail("job-1").summary?.progressDone == stuck.progressDone, "it waits")
        #expect(try await client.refusal(of: .getJob(GetJob(jobID: "job-2")))?.code == "unknown-job")

        try disk.makeRoom()
        let detail = try await client.wait(for: .done, of: "job-1")
        let report = try CanonicalJSON.decode(JobReport.self, from: detail.reportJSON)
        #expect(report.segments.map(\.endStep) == stride(from: 5, through: 100, by: 5).map { $0 })
        try await client.submit("job-2", other, otherContents)
        _ = try await client.wait(for: .done, of: "job-2")
        #expect(try await client.put(upload.sha256, bytes.count, 0, bytes).complete)
        await coordinator.stop()
        // What is on the disk is what was said.
        let again = try await fixture.start()
        let reader = try await fixture.client(again)
        #expect(try await reader.state("job-1") == "done")
        await again.stop()
    }

    @Test func `a job whose shards found no room is read again once there is some`() async throws {
        let disk = try #require(SmallFileSystem(size: "4m"))
        let fixture = try CoordinatorFixture(stateDirectory: disk.directory.appendingPathComponent("state"))
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        // Shards larger than what is left after the upload of what they are made from.
        let (specification, contents) = TestClient.job(rows: 20_000, epochs: 1)
        let message = try TestClient.message("job-1", specification, contents)
        for file in try await client.submit(message).missing {
            let path = try #require(message.files.first { $0.sha256 == file }?.path)
            try await client.upload(contents[path] ?? [], as: file)
        }
        try disk.fill(leaving: 300_000)
        _ = try await client.submit(message)
        let waiting = try await eventually("want of room") {
            try await client.detail("job-1").summary.flatMap { $0.message.contains("room") ? $0 : nil }
        }
        #expect(waiting.state == "queued")
        try disk.makeRoom()
        _ = try await fixture.worker("901", coordinator)
        _ = try await client.wait(for: .done, of: "job-1")
        await coordinator.stop()
    }
}
