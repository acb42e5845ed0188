import Foundation
import GRDB

/// Every job and its state, in SQLite: what is written here has happened, and survives the coordinator.
///
/// Calls block for as long as the disk takes; make them on a thread that may. A write returns when it is on
/// the disk (WAL, `synchronous=FULL`).
public final class JobStore: Sendable {
    /// "GRFT": marks a database file as Graft's.
    static let applicationID: Int64 = 0x4752_4654

    let writer: any DatabaseWriter
    /// The file's path, or ":memory:".
    public let file: String
    let maximumLogLines: Int

    /// Opens the database, creates it where there is none, and brings an older one up to date.
    /// - Throws: `JobStoreError`: `corrupt`, `foreign`, `newer` or `unavailable`.
    ///
    /// - Parameters:
    ///   - maximumLogLines: of one job; a worker that floods its log must not fill the disk.
    ///   - patience: seconds to wait where another process writes to the database.
    public convenience init(file url: URL, maximumLogLines: Int = 50_000, patience: Double = 5) throws {
        do {
            let queue = try DatabaseQueue(path: url.path, configuration: Self.configuration(patience))
            try self.init(
                writer: queue, file: url.path, journal: "WAL", maximumLogLines: maximumLogLines)
        } catch {
            throw Self.explained(error, file: url.path)
        }
    }

    /// A store that is gone with the process.
    public static func inMemory(maximumLogLines: Int = 50_000) throws -> JobStore {
        try JobStore(
            writer: DatabaseQueue(configuration: configuration(0)), file: ":memory:", journal: "MEMORY",
            maximumLogLines: maximumLogLines)
    }

    private init(writer: any DatabaseWriter, file: String, journal: String, maximumLogLines: Int) throws {
        self.writer = writer
        self.file = file
        self.maximumLogLines = maximumLogLines
        try writer.write { try Self.claim($0, file: file) }
        // Only now: the journal's mode is written into the file, which might have been another program's.
        try writer.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = \(journal)")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        let migrator = StoreMigrations.migrator
        guard try !writer.read(migrator.hasBeenSuperseded) else {
            throw JobStoreError(
                code: .newer,
                message:
                    "\(file) was written by a later version of Graft. Run that version, or start with another "
                    + "state directory.",
                file: file)
        }
        try migrator.migrate(writer)
    }

    private static func configuration(_ patience: Double) -> Configuration {
        var configuration = Configuration()
        configuration.label = "graft.job-store"
        configuration.busyMode = .timeout(patience)
        return configuration
    }

    /// Marks a new database as Graft's and refuses any other program's, before anything is written to it.
    private static func claim(_ database: Database, file: String) throws {
        let mark = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        if mark == 0, tables == 0 {
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        } else if mark != applicationID {
            throw JobStoreError(
                code: .foreign,
                message: "\(file) is a database of another program. Start with another state directory.",
                file: file)
        }
        if let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), problem != "ok" {
            throw JobStoreError(code: .corrupt, message: damage(file, problem), file: file)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try writer.read(body) } catch { throw Self.explained(error, file: file) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try writer.write(body) } catch { throw Self.explained(error, file: file) }
    }

    private static func explained(_ error: any Error, file: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return JobStoreError(
                code: .corrupt, message: damage(file, error.message ?? "\(error)"), file: file)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return JobStoreError(
                code: .busy, message: "\(file) is in use by another process. Try again.", file: file)
        case .SQLITE_FULL:
            return JobStoreError(
                code: .unavailable, message: "The disk of \(file) is full. Free some space; nothing is lost.",
                file: file)
        default:
            return JobStoreError(
                code: .unavailable,
                message:
                    "\(file) cannot be used: \(error.message ?? "\(error)"). Check the folder and its permissions.",
                file: file)
        }
    }

    private static func damage(_ file: String, _ reason: String) -> String {
        "\(file) is damaged or no database (\(reason)). Restore it from a copy, or move it away to start anew."
    }
}
