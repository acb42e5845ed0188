import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Taking up what an earlier coordinator left.
extension ClusterControl {
    /// Loads the store. Jobs that were running are queued again and go on from their last checkpoint as soon as
    /// their workers have registered.
    func restore() throws {
        registry.restore(try store.workers(), at: now)
        reunionEnds = now + configuration.heartbeatTimeout.seconds
        for outline in try store.outlines() where !outline.state.isFinal {
            guard let record = try store.job(outline.id) else { continue }
            do {
                try restore(record)
            } catch let error as JobError {
                try giveUp(record, error)
            }
        }
    }

    /// Blobs that some job holds.
    func heldBlobs() throws -> Set<String> { try store.pinnedBlobs() }

    private func restore(_ stored: JobRecord) throws {
        var job = ActiveJob(
            record: stored,
            specification: try CanonicalJSON.decode(JobSpecification.self, from: stored.specificationJSON),
            files: try StoredFiles.decode(stored.filesJSON))
        // A record that this version would refuse is given up: it must not end every start.
        let problems = JobRules.problems(in: job.specification)
        guard problems.isEmpty else {
            throw JobError(code: .invalidJob, message: Self.text(of: problems), problems: problems)
        }
        if stored.state.isRunning {
            job.record.state = .queued
            job.record.message = "the coordinator was restarted"
            let line = LogRecord(
                time: wallTime, level: "warning", source: "coordinator",
                message: "The coordinator was restarted while the job was \(stored.state.rawValue)")
            try store.save(JobChange(record: job.record, lines: [line]))
        }
        guard let planned = try store.plan(of: stored.id) else {
            jobs[stored.id] = job
            if job.record.state == .queued { plan(stored.id) }
            return
        }
        let progress = try progress(of: stored, as: job.record)
        job.shards = try CanonicalJSON.decode([StoredShard].self, from: planned.shardsJSON).map(\.reference)
        let plan = try CanonicalJSON.decode(DatasetPlan.self, from: planned.planJSON)
        if let failure = JobDriver.problem(specification: job.specification, plan: plan) {
            throw JobError(code: .invalidJob, message: failure.description)
        }
        job.driver = JobDriver(
            specification: job.specification, plan: plan, progress: progress ?? TrainingProgress())
        job.expectedMembers = stored.state.isRunning ? progress?.workerCount ?? 0 : 0
        jobs[stored.id] = job
    }

    private func progress(of stored: JobRecord, as record: JobRecord) throws -> TrainingProgress? {
        guard let json = stored.progressJSON else { return nil }
        let progress = try CanonicalJSON.decode(TrainingProgress.self, from: json)
        guard progress.segments.isEmpty else {
            // From before segments had rows of their own.
            try store.save(
                JobChange(record: record, segments: try progress.encodedSegments(from: 0)))
            return progress
        }
        return progress.restoring(
            try store.segments(of: stored.id).map {
                try CanonicalJSON.decode(JobReport.Segment.self, from: $0)
            })
    }

    /// A stored job that this version cannot read.
    private func giveUp(_ record: JobRecord, _ error: JobError) throws {
        var record = record
        record.state = .failed
        record.finishedAt = wallTime
        record.failureCode = error.code.name
        record.message = "The stored job cannot be read: \(error)"
        let line = LogRecord(time: wallTime, level: "error", source: "coordinator", message: record.message)
        try store.save(JobChange(record: record, lines: [line]))
    }
}
