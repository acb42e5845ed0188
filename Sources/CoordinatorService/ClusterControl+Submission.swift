import ContentStore
import Foundation
import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Jobs come in, and are taken back.
extension ClusterControl {
    func submit(_ message: SubmitJob) throws -> WireBody {
        if let known = try store.job(message.jobID) { return try submitAgain(message, known) }
        let specification = try validated(message)
        let record = JobRecord(
            id: message.jobID, name: specification.name, submitter: String(message.submitter.prefix(256)),
            state: .uploading, createdAt: wallTime, specificationJSON: message.specificationJSON,
            filesJSON: try StoredFiles.encode(message.files))
        let line = LogRecord(
            time: wallTime, level: "info", source: "coordinator",
            message: "Submitted by \(record.submitter.isEmpty ? "an unnamed client" : record.submitter)")
        // Pinned before they arrive, so that no clean-up comes between the upload and the job.
        try store.insert(
            JobChange(record: record, lines: [line], pins: [.input: Set(message.files.map(\.sha256))]))
        jobs[record.id] = ActiveJob(record: record, specification: specification, files: message.files)
        return try advanceUpload(record.id)
    }

    func cancel(_ jobID: String) throws -> WireBody {
        guard let record = try store.job(jobID) else { throw unknownJob(jobID) }
        if record.state == .cancelled { return .acknowledged(Acknowledged()) }
        guard !record.state.isFinal, let job = jobs[jobID] else {
            throw CoordinatorError(
                code: .jobEnded, message: "Job \(jobID) has ended: it is \(record.state.rawValue).")
        }
        if job.driver != nil {
            try apply(.cancel, to: jobID)
        } else {
            try end(
                job, as: .cancelled, code: nil, message: "cancelled", level: "info",
                line: "The job was cancelled.")
        }
        return .acknowledged(Acknowledged())
    }

    /// Ends a job that has no driver yet.
    func end(
        _ job: ActiveJob, as state: JobState, code: String?, message: String, level: String, line: String
    ) throws {
        var record = job.record
        record.state = state
        record.finishedAt = wallTime
        record.failureCode = code
        record.message = message
        let log = LogRecord(time: wallTime, level: level, source: "coordinator", message: line)
        try store.save(JobChange(record: record, lines: [log], pins: [.shard: []]))
        logger.info("\(line)", metadata: ["job": "\(job.id)"])
        forget(job)
    }

    func unknownJob(_ id: String) -> CoordinatorError {
        CoordinatorError(code: .unknownJob, message: "There is no job \"\(id)\". `graft jobs` lists them.")
    }

    /// All problems in one line.
    static func text(of problems: [JobProblem]) -> String {
        problems.map { "\($0.keyPath): \($0.message)" }.joined(separator: " ")
    }

    private func submitAgain(_ message: SubmitJob, _ known: JobRecord) throws -> WireBody {
        guard known.specificationJSON == message.specificationJSON,
            try StoredFiles.decode(known.filesJSON) == message.files
        else {
            throw CoordinatorError(
                code: .jobIDTaken,
                message: "There is another job \(message.jobID). Submit this one under a new id.")
        }
        guard jobs[known.id] != nil, known.state == .uploading else {
            return .jobSubmitted(JobSubmitted(jobID: known.id, state: known.state.rawValue))
        }
        return try advanceUpload(known.id)
    }

    /// Queues the job once all of its files are there; until then says which are not.
    private func advanceUpload(_ jobID: String) throws -> WireBody {
        guard var job = jobs[jobID] else { throw unknownJob(jobID) }
        let missing = job.inputHashes.filter { !blobs.contains($0) }.sorted()
        if missing.isEmpty {
            job.record.state = .queued
            job.record.message = "reading the data"
            try store.save(JobChange(record: job.record))
            jobs[jobID] = job
            plan(jobID)
        }
        return .jobSubmitted(JobSubmitted(jobID: jobID, state: job.record.state.rawValue, missing: missing))
    }

    private func validated(_ message: SubmitJob) throws -> JobSpecification {
        func refuse(_ text: String) -> CoordinatorError { CoordinatorError(code: .invalidJob, message: text) }
        let id = message.jobID
        guard (1...128).contains(id.utf8.count),
            id.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") })
        else { throw refuse("A job's id has 1 to 128 printable characters, without blanks or slashes.") }
        let specification: JobSpecification
        do {
            specification = try CanonicalJSON.decode(JobSpecification.self, from: message.specificationJSON)
        } catch {
            throw refuse("The job's specification cannot be read: \(error)")
        }
        // Values are judged before anything is computed from them, or derived from their names.
        let problems = JobRules.problems(in: specification)
        guard problems.isEmpty else {
            throw refuse("The job is not valid. " + Self.text(of: problems))
        }
        var paths: Set<String> = []
        for file in message.files {
            guard LogicalPath.isValid(file.path) else {
                throw CoordinatorError(
                    code: .invalidPath, message: "\"\(file.path)\" is no path of a file within a folder.")
            }
            guard BlobReference.isValidName(file.sha256) else {
                throw refuse("\(file.path) comes without a SHA-256 of 64 lower-case hexadecimal digits.")
            }
            guard paths.insert(file.path).inserted else { throw refuse("\(file.path) is named twice.") }
        }
        let needed =
            ["backbone/config.json"]
            + specification.tasks.flatMap { JobFiles.dataFiles(of: $0).map(\.path) }
        if let absent = needed.first(where: { !paths.contains($0) }) {
            throw refuse("The job names \(absent), but that file is not among those sent.")
        }
        return specification
    }
}
