import GRDB

extension JobStore {
    /// Hashes that any job holds: all others may be removed.
    public func pinnedBlobs() throws -> Set<String> {
        try read { try String.fetchSet($0, sql: "SELECT DISTINCT sha256 FROM blob_pins") }
    }

    /// Lets go of the checkpoints and shards of jobs that failed or were cancelled before `time`, in milliseconds
    /// since 1970: a retry needs them, and comes too late.
    public func releaseRetries(endedBefore time: Int) throws {
        try write { database in
            try database.execute(
                sql: """
                    DELETE FROM blob_pins WHERE role IN ('checkpoint', 'shard') AND job_id IN
                        (SELECT id FROM jobs WHERE state IN ('failed', 'cancelled') AND finished_at < ?)
                    """, arguments: [time])
        }
    }

    static func replacePins(
        of id: String, role: BlobRole, with hashes: Set<String>, _ database: Database
    ) throws {
        try database.execute(
            sql: "DELETE FROM blob_pins WHERE job_id = ? AND role = ?", arguments: [id, role.rawValue])
        for hash in hashes {
            try database.execute(
                sql: "INSERT INTO blob_pins (job_id, role, sha256) VALUES (?, ?, ?)",
                arguments: [id, role.rawValue, hash])
        }
    }
}
