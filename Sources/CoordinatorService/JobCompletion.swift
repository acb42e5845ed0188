import ContentStore
import JobReporting
import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

/// What is written when a job ends: its report, and for a job that is done the files that go with the model.
struct JobCompletion {
    let blobs: BlobStore
    let wallTime: Int

    func complete(_ change: inout JobChange, _ job: ActiveJob, _ driver: JobDriver) throws {
        change.record.finishedAt = wallTime
        let started = change.record.startedAt ?? wallTime
        let report = driver.report(jobID: job.id, wallSeconds: Double(wallTime - started) / 1000)
        let reportJSON = try CanonicalJSON.encode(report)
        change.record.reportJSON = reportJSON
        change.record.summaryJSON = try CanonicalJSON.encode(EndedJob(report))
        if case .failed(let failure) = driver.outcome { change.record.failureCode = failure.code }
        // A job without a model may be retried: it keeps its last checkpoint and its shards for a while.
        guard driver.outcome == .done else { return }
        // The job's files and results stay with it; what it only needed to run does not.
        change.pins[.checkpoint] = []
        change.pins[.shard] = []
        let files = try resultFiles(of: job, driver, report, reportJSON)
        change.record.resultFilesJSON = try CanonicalJSON.encode(files)
        change.pins[.result] = Set(files.map(\.sha256))
    }

    private func resultFiles(
        of job: ActiveJob, _ driver: JobDriver, _ report: JobReport, _ reportJSON: String
    ) throws -> [ContentFile] {
        let written = [
            "report.json": reportJSON,
            MetricsLog.fileName: MetricsLog.render(report: report),
            LearningCurve.fileName: LearningCurve.svg(report: report),
            ModelCard.fileName: ModelCard.render(
                specification: job.specification, plan: driver.plan, report: report),
        ]
        var files = (driver.progress.exportedFiles ?? []).filter { written[$0.path] == nil }
        for (path, text) in written {
            let blob = try blobs.addBytes(Array(text.utf8))
            files.append(ContentFile(path: path, sha256: blob.sha256, size: blob.size))
        }
        return files.sorted { $0.path < $1.path }
    }
}
