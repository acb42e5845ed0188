import GRDB

extension JobStore {
    /// Writes a worker's registration over its last one.
    public func save(_ worker: WorkerRecord) throws {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO workers (id, session_id, name, host, process_id, cores, memory_bytes,
                        peer_endpoint, kernel_family, software_version, registered_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    worker.id, worker.sessionID, worker.name, worker.host, worker.processID, worker.cores,
                    worker.memoryBytes, worker.peerEndpoint, worker.kernelFamily, worker.softwareVersion,
                    worker.registeredAt,
                ])
        }
    }

    /// All workers that ever registered, by id.
    public func workers() throws -> [WorkerRecord] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM workers ORDER BY id").map { row in
                WorkerRecord(
                    id: row["id"], sessionID: row["session_id"], name: row["name"], host: row["host"],
                    processID: row["process_id"], cores: row["cores"], memoryBytes: row["memory_bytes"],
                    peerEndpoint: row["peer_endpoint"], kernelFamily: row["kernel_family"],
                    softwareVersion: row["software_version"], registeredAt: row["registered_at"])
            }
        }
    }

    /// Removes a worker that has said goodbye.
    public func removeWorker(_ id: String) throws {
        try write { try $0.execute(sql: "DELETE FROM workers WHERE id = ?", arguments: [id]) }
    }

    /// The coordinator's id: `candidate` on the first call, the same one ever after.
    public func coordinatorID(orAdopt candidate: String) throws -> String {
        try write { database in
            if let known = try String.fetchOne(database, sql: "SELECT coordinator_id FROM identity") {
                return known
            }
            try database.execute(
                sql: "INSERT INTO identity (coordinator_id) VALUES (?)", arguments: [candidate])
            return candidate
        }
    }
}
