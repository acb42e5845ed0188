/// What went wrong with the coordinator's database.
public struct JobStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// The file is damaged, or no SQLite database at all.
        public static let corrupt = Code("corrupt-database")
        /// A sound SQLite database, but another program's.
        public static let foreign = Code("foreign-database")
        /// Written by a later version of Graft.
        public static let newer = Code("newer-database")
        /// The file cannot be opened, read or written: permissions, a full disk.
        public static let unavailable = Code("database-unavailable")
        /// Another process holds the file; trying again helps.
        public static let busy = Code("database-busy")
        public static let unknownJob = Code("unknown-job")
        public static let duplicateJob = Code("duplicate-job")
        /// A job cannot go from its state to the one asked for.
        public static let illegalTransition = Code("illegal-transition")
    }

    public var code: Code
    /// What, where and what to do.
    public var message: String
    /// The database file, or ":memory:".
    public var file: String

    public init(code: Code, message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    public var description: String { message }
}
