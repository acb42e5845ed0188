import Foundation
import Testing
import TrainingJobs

@testable import JobStore

/// A directory that goes with the test.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("job-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var database: URL { url.appendingPathComponent("coordinator.sqlite") }
}

enum Samples {
    static func job(_ id: String = "j1", state: JobState = .uploading, createdAt: Int = 1000) -> JobRecord {
        JobRecord(
            id: id, name: "reviews", submitter: "ann@host", state: state, createdAt: createdAt,
            specificationJSON: "{\"name\":\"reviews\"}", filesJSON: "[]")
    }

    static func line(_ text: String) -> LogRecord {
        LogRecord(time: 5, level: "info", source: "coordinator", message: text)
    }

    static func worker(_ id: String, session: String = "s1") -> WorkerRecord {
        WorkerRecord(
            id: id, sessionID: session, name: "name-\(id)", host: "host", processID: 7, cores: 4,
            memoryBytes: 1 << 33,
            peerEndpoint: "tcp://10.0.0.1:4000", kernelFamily: "openblas/Haswell", softwareVersion: "1",
            registeredAt: 99)
    }
}

@Suite struct JobStoreTests {
    @Test func `a job comes back as it was written, also from another process's view`() throws {
        let directory = try TemporaryDirectory()
        var job = Samples.job()
        do {
            let store = try JobStore(file: directory.database)
            try store.insert(
                JobChange(record: job, lines: [Samples.line("submitted")], pins: [.input: ["aa", "bb"]]))
            job.state = .queued
            try store.save(JobChange(record: job, plan: PlanRecord(planJSON: "{}", shardsJSON: "[1]")))
            job.state = .preparing
            job.startedAt = 1234
            job.progressJSON = "{\"step\":5}"
            job.message = "hello"
            try store.save(
                JobChange(
                    record: job, lines: [Samples.line("one"), Samples.line("two")],
                    pins: [.checkpoint: ["cc"]]))
        }
        let store = try JobStore(file: directory.database)
        #expect(try store.job("j1") == job)
        #expect(try store.jobs() == [job])
        #expect(try store.plan(of: "j1") == PlanRecord(planJSON: "{}", shardsJSON: "[1]"))
        #expect(try store.log(of: "j1", after: 0, limit: 10).map(\.message) == ["submitted", "one", "two"])
        #expect(try store.log(of: "j1", after: 0, limit: 10).map(\.sequence) == [1, 2, 3])
        #expect(try store.pinnedBlobs() == ["aa", "bb", "cc"])
    }

    @Test func `what the client submitted cannot be rewritten`() throws {
        let store = try JobStore.inMemory()
        try store.insert(JobChange(record: Samples.job()))
        var changed = Samples.job(state: .queued)
        changed.specificationJSON = "{}"
        changed.name = "other"
        try store.save(JobChange(record: changed))
        let stored = try #require(try store.job("j1"))
        #expect(stored.specificationJSON == "{\"name\":\"reviews\"}")
        #expect(stored.name == "reviews")
        #expect(stored.state == .queued)
    }

    @Test func `zero bytes do not get into texts`() throws {
        let store = try JobStore.inMemory()
        var job = Samples.job()
        try store.insert(JobChange(record: job, lines: [Samples.line("row \0 of data")]))
        job.message = "a\0b"
        #expect(job.message == "a\u{FFFD}b")
        job.state = .failed
        try store.save(JobChange(record: job))
        #expect(try store.jobs().map(\.message) == ["a\u{FFFD}b"])
        #expect(try store.log(of: "j1", after: 0, limit: 1).map(\.message) == ["row \u{FFFD} of data"])
    }

    @Test func `an id is taken once`() throws {
        let store = try JobStore.inMemory()
        try store.insert(JobChange(record: Samples.job()))
        let error = #expect(throws: JobStoreError.self) { try store.insert(JobChange(record: Samples.job())) }
        #expect(error?.code == .duplicateJob)
    }

    @Test(arguments: [JobState.done, .failed, .cancelled])
    func `a job that has ended stays so, and a refused save writes nothing`(state: JobState) throws {
        let store = try JobStore.inMemory()
        var job = Samples.job(state: .exporting)
        try store.insert(JobChange(record: job))
        job.state = state
        try store.save(JobChange(record: job))
        job.state = .training
        job.message = "again"
        let error = #expect(throws: JobStoreError.self) {
            try store.save(JobChange(record: job, lines: [Samples.line("again")], pins: [.result: ["dd"]]))
        }
        #expect(error?.code == .illegalTransition)
        #expect(try store.job("j1")?.state == state)
        #expect(try store.log(of: "j1", after: 0, limit: 10).isEmpty)
        #expect(try store.pinnedBlobs().isEmpty)
    }

    @Test func `unknown jobs are named`() throws {
        let store = try JobStore.inMemory()
        #expect(try store.job("nope") == nil)
        let error = #expect(throws: JobStoreError.self) {
            try store.save(JobChange(record: Samples.job("nope")))
        }
        #expect(error?.code == .unknownJob)
        #expect(throws: JobStoreError.self) { try store.append([Samples.line("x")], to: "nope") }
    }

    @Test func `jobs are listed oldest first`() throws {
        let store = try JobStore.inMemory()
        for (id, time) in [("c", 3), ("a", 2), ("b", 1)] {
            try store.insert(JobChange(record: Samples.job(id, createdAt: time)))
        }
        #expect(try store.jobs().map(\.id) == ["b", "a", "c"])
    }

    @Test func `outlines are the latest jobs without their documents`() throws {
        let store = try JobStore.inMemory()
        for (id, time) in [("c", 3), ("a", 2), ("b", 1)] {
            var job = Samples.job(id, createdAt: time)
            job.summaryJSON = "{}"
            job.reportJSON = "{\"large\":1}"
            try store.insert(JobChange(record: job))
        }
        let outlines = try store.outlines(limit: 2)
        #expect(outlines.map(\.id) == ["a", "c"])
        #expect(outlines.allSatisfy { $0.reportJSON == nil && $0.specificationJSON.isEmpty })
        #expect(outlines.allSatisfy { $0.summaryJSON == "{}" })
        #expect(try store.outlines().count == 3)
    }

    @Test func `segments are added one by one`() throws {
        let store = try JobStore.inMemory()
        try store.insert(JobChange(record: Samples.job(), segments: [0: "a"]))
        try store.save(JobChange(record: Samples.job(), segments: [1: "b", 2: "c"]))
        try store.save(JobChange(record: Samples.job(), segments: [1: "b"]))
        #expect(try store.segments(of: "j1") == ["a", "b", "c"])
        try store.save(JobChange(record: Samples.job(), segments: [1: "B"], droppedSegments: 1))
        #expect(try store.segments(of: "j1") == ["a", "B"])
    }

    @Test func `pins of a role are replaced, those of others stay`() throws {
        let store = try JobStore.inMemory()
        try store.insert(
            JobChange(record: Samples.job(), pins: [.input: ["aa"], .checkpoint: ["c1", "c2"]]))
        try store.save(JobChange(record: Samples.job(), pins: [.checkpoint: ["c2", "c3"]]))
        #expect(try store.pinnedBlobs() == ["aa", "c2", "c3"])
    }

    @Test func `a log is read in pieces`() throws {
        let store = try JobStore.inMemory()
        try store.insert(JobChange(record: Samples.job()))
        try store.append((1...25).map { Samples.line("\($0)") }, to: "j1")
        #expect(
            try store.log(of: "j1", after: 10, limit: 5).map(\.message) == ["11", "12", "13", "14", "15"])
        #expect(try store.log(of: "j1", after: 25, limit: 5).isEmpty)
        #expect(try store.lastSequence(of: "j1") == 25)
    }

    @Test func `a flooded log ends with a word about it`() throws {
        let limit = 100
        let store = try JobStore.inMemory(maximumLogLines: limit)
        try store.insert(JobChange(record: Samples.job()))
        try store.append([LogRecord](repeating: Samples.line("flood"), count: limit - 1), to: "j1")
        try store.append([Samples.line("a"), Samples.line("b")], to: "j1")
        let end = try store.log(of: "j1", after: limit - 2, limit: 10)
        #expect(end.count == 2)
        #expect(end.last?.message.contains("full") == true)
    }

    @Test func `a worker's last registration counts`() throws {
        let store = try JobStore.inMemory()
        try store.save(Samples.worker("w2"))
        try store.save(Samples.worker("w1"))
        try store.save(Samples.worker("w2", session: "s2"))
        #expect(try store.workers() == [Samples.worker("w1"), Samples.worker("w2", session: "s2")])
        try store.removeWorker("w1")
        #expect(try store.workers().map(\.id) == ["w2"])
    }

    @Test func `the coordinator's id is chosen once`() throws {
        let directory = try TemporaryDirectory()
        let first = try JobStore(file: directory.database).coordinatorID(orAdopt: "one")
        let second = try JobStore(file: directory.database).coordinatorID(orAdopt: "two")
        #expect(first == "one")
        #expect(second == "one")
    }

    @Test func `what a retry needs goes some time after a job ended without a model`() throws {
        let store = try JobStore.inMemory()
        for (id, state, ended) in [
            ("old", JobState.failed, 10), ("fresh", .cancelled, 30), ("done", .done, 10),
        ] {
            var job = Samples.job(id, state: state)
            job.finishedAt = ended
            try store.insert(
                JobChange(
                    record: job,
                    pins: [
                        .input: ["input"], .checkpoint: ["checkpoint-\(id)"], .shard: ["shard-\(id)"],
                        .result: ["result-\(id)"],
                    ]))
        }
        try store.releaseRetries(endedBefore: 20)
        let pinned = try store.pinnedBlobs()
        #expect(pinned.isSuperset(of: ["input", "checkpoint-fresh", "shard-fresh", "checkpoint-done"]))
        #expect(pinned.isDisjoint(with: ["checkpoint-old", "shard-old"]))
        #expect(pinned.contains("result-old"))
    }

    @Test func `the latest request is stored with what it changed`() throws {
        let store = try JobStore.inMemory()
        var job = Samples.job(state: .queued)
        try store.insert(JobChange(record: job))
        #expect(try store.job("j1")?.lastRequest == nil)
        job.state = .paused
        job.lastRequest = "request-1"
        try store.save(JobChange(record: job))
        #expect(try store.job("j1") == job)
        job.state = .training
        let error = #expect(throws: JobStoreError.self) { try store.save(JobChange(record: job)) }
        #expect(error?.code == .illegalTransition)
    }
}
