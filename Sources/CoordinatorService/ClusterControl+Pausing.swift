import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Jobs that wait for people.
extension ClusterControl {
    /// Lets a job's workers go and keeps its progress. What is paused already stays so.
    func pause(_ jobID: String, request: String) throws -> WireBody {
        guard let job = try changeable(jobID, by: request) else { return .acknowledged(Acknowledged()) }
        if job.record.state == .paused { return .acknowledged(Acknowledged()) }
        guard job.record.state.canBecome(.paused) else {
            throw wrongState(
                job.record, "it can be paused once its files are here; cancel ends it at once")
        }
        if job.driver == nil {
            try save(
                job, as: .paused, "paused before its data was read; graft resume takes it up again", request)
        } else {
            try apply(.pause, to: jobID, request: request)
        }
        return .acknowledged(Acknowledged())
    }

    /// Queues a paused job again.
    func resume(_ jobID: String, request: String) throws -> WireBody {
        guard let job = try changeable(jobID, by: request) else { return .acknowledged(Acknowledged()) }
        guard job.record.state == .paused else {
            throw wrongState(job.record, "only a paused job can be resumed, and it goes on by itself")
        }
        if job.driver == nil {
            try save(job, as: .queued, "reading the data", request)
        } else {
            try apply(.resume, to: jobID, request: request)
        }
        return .acknowledged(Acknowledged())
    }

    /// The job that a request may change; `nil` where this very request has changed it before.
    private func changeable(_ jobID: String, by request: String) throws -> ActiveJob? {
        guard let record = try store.job(jobID) else { throw unknownJob(jobID) }
        guard record.lastRequest != request else { return nil }
        guard !record.state.isFinal, let job = jobs[jobID] else {
            let hint =
                record.state.canBeRetried
                ? "graft retry takes it up again" : "its model is there: graft fetch brings it"
            throw wrongState(record, "the job has ended; \(hint)")
        }
        return job
    }

    func wrongState(_ record: JobRecord, _ hint: String) -> CoordinatorError {
        CoordinatorError(
            code: .wrongState, message: "Job \(record.id) is \(record.state.rawValue): \(hint).")
    }

    /// For a job whose data is still being read: it has no driver that could be told.
    private func save(_ job: ActiveJob, as state: JobState, _ message: String, _ request: String) throws {
        var job = job
        job.record.state = state
        job.record.message = message
        job.record.lastRequest = request
        let line = LogRecord(
            time: wallTime, level: "info", source: "coordinator", message: "The job is \(state.rawValue)")
        try store.save(JobChange(record: job.record, lines: [line]))
        jobs[job.id] = job
    }
}
