import GRDB
import TrainingJobs

extension JobStore {
    /// Appends to a job's log. Throws `JobStoreError` (`unknownJob`).
    public func append(_ lines: [LogRecord], to id: String) throws {
        try write { database in
            guard try Self.state(of: id, database) != nil else { throw unknownJob(id) }
            try append(lines, to: id, database)
        }
    }

    /// Lines after `sequence`, in order, `limit` at the most.
    public func log(of id: String, after sequence: Int, limit: Int) throws -> [LogRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM log_lines WHERE job_id = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [id, sequence, max(0, limit)]
            ).map {
                LogRecord(
                    sequence: $0["sequence"], time: $0["time"], level: $0["level"], source: $0["source"],
                    message: $0["message"])
            }
        }
    }

    /// The number of the job's last line; 0 where it has none.
    public func lastSequence(of id: String) throws -> Int {
        try read { try Self.lastSequence(of: id, $0) }
    }

    func append(_ lines: [LogRecord], to id: String, _ database: Database) throws {
        guard !lines.isEmpty else { return }
        var sequence = try Self.lastSequence(of: id, database)
        for var line in lines where sequence < maximumLogLines {
            sequence += 1
            if sequence == maximumLogLines { line.message = "The log is full; later lines are not kept." }
            try database.execute(
                sql: """
                    INSERT INTO log_lines (job_id, sequence, time, level, source, message)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [id, sequence, line.time, line.level, line.source, line.message])
        }
    }

    private static func lastSequence(of id: String, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT MAX(sequence) FROM log_lines WHERE job_id = ?", arguments: [id]) ?? 0
    }
}
