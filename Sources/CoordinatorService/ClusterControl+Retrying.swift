import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Jobs that ended without a model are taken up again.
extension ClusterControl {
    /// Queues a failed or cancelled job: it goes on from its last checkpoint, or begins anew where it has none.
    func retry(_ jobID: String, request: String) throws -> WireBody {
        guard var record = try store.job(jobID) else { throw unknownJob(jobID) }
        guard record.lastRequest != request else { return .acknowledged(Acknowledged()) }
        guard record.state.canBeRetried else {
            throw wrongState(
                record, "only a failed or cancelled job can be retried; \(hint(for: record.state))")
        }
        let outcome = record.state.rawValue
        let progress = try record.progressJSON.map {
            try CanonicalJSON.decode(TrainingProgress.self, from: $0).forRetry
        }
        try requireFiles(of: record, progress)
        record.state = .queued
        record.message = "retried"
        record.lastRequest = request
        (record.finishedAt, record.failureCode) = (nil, nil)
        (record.reportJSON, record.summaryJSON) = (nil, nil)
        record.progressJSON = try progress.map(CanonicalJSON.encode)
        let job: ActiveJob
        do {
            job = try activeJob(of: record)
        } catch let error as JobError {
            throw CoordinatorError(
                code: .retryImpossible,
                message: "Job \(jobID) cannot be retried by this version of Graft: \(error). Submit it anew.")
        }
        let line = LogRecord(
            time: wallTime, level: "info", source: "coordinator",
            message: "The job was \(outcome) and is retried from step \(progress?.step ?? 0)")
        let held = Set((progress?.neededCheckpoints ?? []).map(\.sha256))
        try store.save(JobChange(record: record, lines: [line], pins: [.checkpoint: held]))
        takeUp(job)
        try schedule()
        return .acknowledged(Acknowledged())
    }

    /// Gives up what jobs hold that failed or were cancelled too long ago to be retried.
    func endRetries() throws {
        let limit = wallTime - configuration.retryRetention.wholeMilliseconds
        try store.releaseRetries(endedBefore: limit)
    }

    private func hint(for state: JobState) -> String {
        switch state {
        case .paused: "graft resume takes it up again"
        case .done: "submit it anew"
        default: "it goes on by itself"
        }
    }

    private func requireFiles(of record: JobRecord, _ progress: TrainingProgress?) throws {
        func refuse(_ text: String) -> CoordinatorError {
            CoordinatorError(
                code: .retryImpossible,
                message: "Job \(record.id) cannot be retried: \(text). Submit it anew.")
        }
        let files = try StoredFiles.decode(record.filesJSON)
        if let file = files.first(where: { !blobs.contains($0.sha256) }) {
            throw refuse("its file \(file.path) is not here")
        }
        let lost = progress?.essentialCheckpoints.contains { !blobs.contains($0.sha256) } ?? false
        guard !lost else {
            let days = Int(configuration.retryRetention.seconds / 86_400)
            throw refuse(
                "its checkpoint of step \(progress?.step ?? 0) is no longer here; those of jobs that failed or "
                    + "were cancelled are kept for \(days) days")
        }
    }
}
