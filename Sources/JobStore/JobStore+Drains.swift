import GRDB

extension JobStore {
    /// Hosts and workers, by name or id, that are to be given no work.
    public func drains() throws -> Set<String> {
        try read { try String.fetchSet($0, sql: "SELECT target FROM drains") }
    }

    /// - Parameter time: milliseconds since 1970; that of the first call stays.
    public func addDrain(of target: String, at time: Int) throws {
        try write {
            try $0.execute(
                sql: "INSERT OR IGNORE INTO drains (target, since) VALUES (?, ?)",
                arguments: [StoredText.clean(target), time])
        }
    }

    public func removeDrain(of target: String) throws {
        try write {
            try $0.execute(
                sql: "DELETE FROM drains WHERE target = ?", arguments: [StoredText.clean(target)])
        }
    }
}
