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
        registry.drains = try store.drains()
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
        var job = try activeJob(of: stored)
        if stored.state.isRunning {
            job.record.state = .queued
            job.record.message = "the coordinator was restarted"
            let line = LogRecord(
                time: wallTime, level: "warning", source: "coordinator",
                message: "The coordinator was restarted while the job was \(stored.state.rawValue)")
            try store.save(JobChange(record: job.record, lines: [line]))
            job.expectedMembers = job.driver?.progress.workerCount ?? 0
        }
        takeUp(job)
    }

    /// Holds a job in memory from now on, and reads its data where that has still to be done.
    func takeUp(_ job: ActiveJob) {
        jobs[job.id] = job
        if job.driver == nil, job.record.state != .uploading { plan(job.id) }
    }

    /// A stored job as it is held in memory; it has a driver where its data is planned and its shards are there.
    /// - Throws: `JobError` where this version would refuse the job.
    func activeJob(of stored: JobRecord) throws -> ActiveJob {
        var job = ActiveJob(
            record: stored,
            specification: try CanonicalJSON.decode(JobSpecification.self, from: stored.specificationJSON),
            files: try StoredFiles.decode(stored.filesJSON))
        // A record that this version would refuse is given up: it must not end every start.
        let problems = JobRules.problems(in: job.specification)
        guard problems.isEmpty else {
            throw JobError(code: .invalidJob, message: Self.text(of: problems), problems: problems)
        }
        guard let planned = try store.plan(of: stored.id) else { return job }
        let shards = try CanonicalJSON.decode([StoredShard].self, from: planned.shardsJSON)
        guard shards.allSatisfy({ blobs.contains($0.sha256) }) else { return job }
        job.shards = shards.map(\.reference)
        let plan = try CanonicalJSON.decode(DatasetPlan.self, from: planned.planJSON)
        if let failure = JobDriver.problem(specification: job.specification, plan: plan) {
            throw JobError(code: .invalidJob, message: failure.description)
        }
        job.driver = try driver(of: job, plan: plan)
        return job
    }

    /// A driver that stands where the store says.
    func driver(of job: ActiveJob, plan: DatasetPlan) throws -> JobDriver {
        var driver = JobDriver(
            specification: job.specification, plan: plan,
            progress: try progress(of: job.record) ?? TrainingProgress())
        if job.record.state == .paused { _ = driver.handle(.pause) }
        return driver
    }

    private func progress(of stored: JobRecord) throws -> TrainingProgress? {
        guard let json = stored.progressJSON else { return nil }
        let progress = try CanonicalJSON.decode(TrainingProgress.self, from: json)
        guard progress.segments.isEmpty else {
            // From before segments had rows of their own.
            try store.save(
                JobChange(record: stored, segments: try progress.encodedSegments(from: 0)))
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
