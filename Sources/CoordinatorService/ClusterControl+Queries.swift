import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// What clients may ask.
extension ClusterControl {
    /// Log lines in one answer at the most, and where the client names no number.
    private static let maximumLogLines = 1000

    func listJobs(_ message: ListJobs) throws -> WireBody {
        guard message.jobID.isEmpty else {
            guard let record = try store.job(message.jobID) else { throw unknownJob(message.jobID) }
            return .jobList(JobList(jobs: [try summary(of: record)]))
        }
        let outlines = try store.outlines(limit: message.limit > 0 ? message.limit : nil)
        return .jobList(JobList(jobs: try outlines.map { try summary(of: $0) }))
    }

    func jobDetail(_ jobID: String) throws -> WireBody {
        guard let record = try store.job(jobID) else { throw unknownJob(jobID) }
        let driver = jobs[jobID]?.driver
        var report = record.reportJSON
        if report == nil, let driver, driver.progress.generation > 0 {
            let started = record.startedAt ?? wallTime
            report = try CanonicalJSON.encode(
                driver.report(jobID: jobID, wallSeconds: Double(wallTime - started) / 1000))
        }
        return .jobDetail(
            JobDetail(
                summary: try summary(of: record), specificationJSON: record.specificationJSON,
                reportJSON: report ?? "{}", resultFiles: try StoredFiles.decode(record.resultFilesJSON),
                workerIDs: driver?.members.map(\.workerID) ?? []))
    }

    func jobLog(_ message: GetJobLog) throws -> WireBody {
        guard let record = try store.job(message.jobID) else { throw unknownJob(message.jobID) }
        let limit = message.limit > 0 ? min(message.limit, Self.maximumLogLines) : Self.maximumLogLines
        let lines = try store.log(of: message.jobID, after: message.afterSequence, limit: limit)
        let last = try store.lastSequence(of: message.jobID)
        let isEnd = (lines.last?.sequence ?? message.afterSequence) >= last
        return .jobLog(JobLog(lines: lines.map(LogLine.init), finished: record.state.isFinal && isEnd))
    }

    private func summary(of record: JobRecord) throws -> JobSummary {
        let active = jobs[record.id]
        var summary = JobSummary(
            jobID: record.id, name: record.name, state: record.state.rawValue, submitter: record.submitter,
            createdAtMilliseconds: record.createdAt, startedAtMilliseconds: record.startedAt ?? 0,
            finishedAtMilliseconds: record.finishedAt ?? 0, message: record.message)
        if let active {
            // What a job waits for changes too often to be stored.
            summary.message = active.record.message
            if active.record.state == .uploading { summary.message = "waiting for its files" }
        }
        if let driver = active?.driver {
            fill(&summary, from: driver)
        } else if let ended = record.summaryJSON {
            fill(&summary, from: try CanonicalJSON.decode(EndedJob.self, from: ended))
        }
        return summary
    }

    private func fill(_ summary: inout JobSummary, from driver: JobDriver) {
        let workers = driver.members.compactMap { registry[$0.workerID] }
        summary.workers = driver.members.count
        summary.progressUnit = "steps"
        summary.progressDone = driver.progress.step
        summary.progressTotal = driver.totalSteps
        if driver.state == .extracting {
            // Others still count the files that they prepare with, or have nothing to extract.
            let extracting = workers.filter { $0.activity == "extracting" }
            summary.progressUnit = "samples"
            summary.progressDone = extracting.reduce(0) { $0 &+ $1.progressDone }
            summary.progressTotal = extracting.reduce(0) { $0 &+ $1.progressTotal }
        } else if driver.state == .training, let lead = workers.first, lead.activity == "training" {
            summary.progressDone = min(max(driver.progress.step, lead.progressDone), driver.totalSteps)
        }
        guard let task = driver.decidingTask, let value = driver.progress.latestValue(of: task.metric) else {
            return
        }
        summary.metricName = task.metric.rawValue
        summary.metricValue = value
    }

    private func fill(_ summary: inout JobSummary, from ended: EndedJob) {
        summary.workers = ended.workers
        summary.progressUnit = "steps"
        summary.progressDone = ended.steps
        summary.progressTotal = ended.steps
        summary.metricName = ended.metric?.rawValue ?? ""
        summary.metricValue = ended.value ?? 0
    }
}
