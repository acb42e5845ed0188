import Foundation
import Testing
import TestingSupport
import TrainingJobs

@testable import JobStore

@Suite struct FullDiskTests {
    @Test(.enabled(if: SmallFileSystem.isAvailable, "needs root and the right to mount a tmpfs"))
    func `a change for which there is no room is refused whole, and goes through once there is`() throws {
        let disk = try #require(SmallFileSystem(size: "2m"))
        let file = disk.directory.appendingPathComponent("coordinator.sqlite")
        let store = try JobStore(file: file)
        var job = Samples.job(state: .queued)
        try store.insert(JobChange(record: job, lines: [Samples.line("submitted")]))
        try disk.fill()
        job.state = .preparing
        job.progressJSON = String(repeating: "x", count: 200_000)
        let change = JobChange(record: job, lines: [Samples.line("begun")], pins: [.checkpoint: ["cc"]])
        let error = #expect(throws: JobStoreError.self) { try store.save(change) }
        #expect(error?.code == .unavailable && error?.message.contains("disk") == true, "\(error as Any)")
        // Nothing of it, also for one who opens the file anew.
        #expect(try store.job("j1")?.state == .queued && store.pinnedBlobs().isEmpty)
        #expect(try store.log(of: "j1", after: 0, limit: 10).count == 1)
        try disk.makeRoom()
        #expect(try JobStore(file: file).job("j1")?.state == .queued)
        try store.save(change)
        #expect(try store.job("j1") == job)
        #expect(try store.log(of: "j1", after: 0, limit: 10).count == 2)
    }
}
