import GRDB
import TrainingJobs

/// What one save writes, all of it or nothing.
public struct JobChange: Sendable {
    public var record: JobRecord
    public var plan: PlanRecord?
    /// Appended to the job's log.
    public var lines: [LogRecord]
    /// Blobs that the job holds from now on, for each role named here; other roles stay as they are.
    public var pins: [BlobRole: Set<String>]
    /// Segments by number, from 0; those stored before stay.
    public var segments: [Int: String]
    /// Of the segments stored before, those from this number on go; `nil`: none.
    public var droppedSegments: Int?

    public init(
        record: JobRecord, plan: PlanRecord? = nil, lines: [LogRecord] = [],
        pins: [BlobRole: Set<String>] = [:], segments: [Int: String] = [:], droppedSegments: Int? = nil
    ) {
        self.record = record
        self.plan = plan
        self.lines = lines
        self.pins = pins
        self.segments = segments
        self.droppedSegments = droppedSegments
    }
}

extension JobStore {
    /// Adds a job. Throws `JobStoreError` (`duplicateJob`) where its id is taken.
    public func insert(_ change: JobChange) throws {
        let record = change.record
        try write { database in
            guard try Self.state(of: record.id, database) == nil else {
                throw JobStoreError(
                    code: .duplicateJob, message: "There is a job \(record.id) already.", file: file)
            }
            try database.execute(
                sql: """
                    INSERT INTO jobs (id, name, submitter, state, created_at, started_at, finished_at,
                        specification, files, progress, report, result_files, summary, failure_code,
                        last_request, message)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.id, record.name, record.submitter, record.state.rawValue, record.createdAt,
                    record.startedAt, record.finishedAt, record.specificationJSON, record.filesJSON,
                    record.progressJSON, record.reportJSON, record.resultFilesJSON, record.summaryJSON,
                    record.failureCode, record.lastRequest, record.message,
                ])
            try writeParts(of: change, database)
        }
    }

    /// Writes a job's present state; what the client submitted stays as it was.
    /// - Throws: `JobStoreError`: `unknownJob`, or `illegalTransition` where its stored state cannot become the
    ///   new one (`JobState.canBecome`; the same state again is fine).
    public func save(_ change: JobChange) throws {
        let record = change.record
        try write { database in
            guard let stored = try Self.state(of: record.id, database) else { throw unknownJob(record.id) }
            guard stored == record.state || stored.canBecome(record.state) else {
                throw JobStoreError(
                    code: .illegalTransition,
                    message:
                        "Job \(record.id) is \(stored.rawValue) and cannot become \(record.state.rawValue).",
                    file: file)
            }
            try database.execute(
                sql: """
                    UPDATE jobs SET state = ?, started_at = ?, finished_at = ?, progress = ?, report = ?,
                        result_files = ?, summary = ?, failure_code = ?, last_request = ?, message = ?
                    WHERE id = ?
                    """,
                arguments: [
                    record.state.rawValue, record.startedAt, record.finishedAt, record.progressJSON,
                    record.reportJSON, record.resultFilesJSON, record.summaryJSON, record.failureCode,
                    record.lastRequest, record.message, record.id,
                ])
            try writeParts(of: change, database)
        }
    }

    /// `nil` where there is no such job.
    public func job(_ id: String) throws -> JobRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]).map(record)
        }
    }

    /// All jobs, oldest first.
    public func jobs() throws -> [JobRecord] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM jobs ORDER BY created_at, id").map(record)
        }
    }

    /// The latest `limit` jobs, oldest first, without specification, files, progress, report and results: their
    /// JSON is empty or `nil`. A list of thousands of jobs needs none of it.
    public func outlines(limit: Int? = nil) throws -> [JobRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, name, submitter, state, created_at, started_at, finished_at,
                        '' AS specification, '[]' AS files, NULL AS progress, NULL AS report,
                        NULL AS result_files, summary, failure_code, last_request, message
                    FROM jobs ORDER BY created_at DESC, id DESC LIMIT ?
                    """, arguments: [limit ?? -1]
            ).reversed().map(record)
        }
    }

    /// A job's segments, in order.
    public func segments(of id: String) throws -> [String] {
        try read {
            try String.fetchAll(
                $0, sql: "SELECT segment FROM segments WHERE job_id = ? ORDER BY number", arguments: [id])
        }
    }

    /// `nil` until the job's data has been planned.
    public func plan(of id: String) throws -> PlanRecord? {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT plan, shards FROM plans WHERE job_id = ?", arguments: [id]
            )
            .map { PlanRecord(planJSON: $0["plan"], shardsJSON: $0["shards"]) }
        }
    }

    func unknownJob(_ id: String) -> JobStoreError {
        JobStoreError(code: .unknownJob, message: "There is no job \(id).", file: file)
    }

    static func state(of id: String, _ database: Database) throws -> JobState? {
        try String.fetchOne(database, sql: "SELECT state FROM jobs WHERE id = ?", arguments: [id])
            .flatMap(JobState.init)
    }

    private func writeParts(of change: JobChange, _ database: Database) throws {
        let id = change.record.id
        if let plan = change.plan {
            try database.execute(
                sql: "INSERT OR REPLACE INTO plans (job_id, plan, shards) VALUES (?, ?, ?)",
                arguments: [id, plan.planJSON, plan.shardsJSON])
        }
        for (role, hashes) in change.pins { try Self.replacePins(of: id, role: role, with: hashes, database) }
        if let first = change.droppedSegments {
            try database.execute(
                sql: "DELETE FROM segments WHERE job_id = ? AND number >= ?", arguments: [id, first])
        }
        for (number, segment) in change.segments {
            try database.execute(
                sql: "INSERT OR REPLACE INTO segments (job_id, number, segment) VALUES (?, ?, ?)",
                arguments: [id, number, segment])
        }
        try append(change.lines, to: id, database)
    }

    private func record(_ row: Row) throws -> JobRecord {
        guard let state = JobState(rawValue: row["state"]) else {
            throw JobStoreError(
                code: .corrupt, message: "Job \(row["id"] as String) has an unknown state in \(file).",
                file: file)
        }
        return JobRecord(
            id: row["id"], name: row["name"], submitter: row["submitter"], state: state,
            createdAt: row["created_at"], startedAt: row["started_at"], finishedAt: row["finished_at"],
            specificationJSON: row["specification"], filesJSON: row["files"], progressJSON: row["progress"],
            reportJSON: row["report"], resultFilesJSON: row["result_files"], summaryJSON: row["summary"],
            failureCode: row["failure_code"], lastRequest: row["last_request"],
            message: row["message"])
    }
}
