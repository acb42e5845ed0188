import GRDB

extension JobStore {
    /// Hashes that any job holds: all others may be removed.
    public func pinnedBlobs() throws -> Set<String> {
        try read { try String.fetchSet($0, sql: "SELECT DISTINCT sha256 FROM blob_pins") }
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
