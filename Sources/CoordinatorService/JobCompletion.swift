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
        var report = driver.report(jobID: job.id, wallSeconds: Double(wallTime - started) / 1000)
        let examination = domainExamination(driver)
        report.domains = examination.map {
            JobReport.DomainDistances(before: $0.before.distance, after: $0.after.distance)
        }
        let reportJSON = try CanonicalJSON.encode(report)
        change.record.reportJSON = reportJSON
        change.record.summaryJSON = try CanonicalJSON.encode(EndedJob(report))
        if case .failed(let failure) = driver.outcome { change.record.failureCode = failure.code }
        // A job without a model may be retried: it keeps its last checkpoint and its shards for a while.
        guard driver.outcome == .done else { return }
        // The job's files and results stay with it; what it only needed to run does not.
        change.pins[.checkpoint] = []
        change.pins[.shard] = []
        let files = try resultFiles(of: job, driver, report, reportJSON, examination)
        change.record.resultFilesJSON = try CanonicalJSON.encode(files)
        change.pins[.result] = Set(files.map(\.sha256))
    }

    /// What the worker that exported the model found; `nil` where it did not examine two domains.
    private func domainExamination(_ driver: JobDriver) -> DomainExamination? {
        guard
            let file = driver.progress.exportedFiles?.first(where: { $0.path == DomainExamination.fileName }),
            let bytes = try? blobs.bytes(of: file.sha256)
        else { return nil }
        return try? CanonicalJSON.decode(DomainExamination.self, from: String(decoding: bytes, as: UTF8.self))
    }

    private func resultFiles(
        of job: ActiveJob, _ driver: JobDriver, _ report: JobReport, _ reportJSON: String,
        _ examination: DomainExamination?
    ) throws -> [ContentFile] {
        var written = [
            "report.json": reportJSON,
            MetricsLog.fileName: MetricsLog.render(report: report),
            LearningCurve.fileName: LearningCurve.svg(report: report),
            ModelCard.fileName: ModelCard.render(
                specification: job.specification, plan: driver.plan, report: report),
        ]
        if let examination {
            written[DomainPicture.fileName] = DomainPicture.svg(examination, jobName: report.name)
        }
        var files = (driver.progress.exportedFiles ?? []).filter { written[$0.path] == nil }
        for (path, text) in written {
            let blob = try blobs.addBytes(Array(text.utf8))
            files.append(ContentFile(path: path, sha256: blob.sha256, size: blob.size))
        }
        return files.sorted { $0.path < $1.path }
    }
}
