/// A blob that cannot be stored or read.
public struct ContentStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        /// A name that is not 64 lower-case hexadecimal digits.
        public static let invalidName = Code("invalid-blob-name")
        /// The store has no such blob.
        public static let missing = Code("missing-blob")
        /// Bytes whose SHA-256 is not the name they came under.
        public static let hashMismatch = Code("blob-hash-mismatch")
        /// The disk cannot give the bytes back that it was given.
        public static let unreadable = Code("unreadable-blob")
        /// A chunk outside of its blob, or a size that contradicts an earlier one.
        public static let range = Code("blob-range")
        /// No room is left on the disk, or in the quota.
        public static let diskFull = Code("disk-full")
        /// The file system refused.
        public static let fileSystem = Code("blob-file-system")
    }

    public var code: Code
    /// What, where and what to do.
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    /// Whether the disk has spoilt a file, so that it is to be removed and added anew.
    public var isDamage: Bool { code == .hashMismatch || code == .unreadable }

    /// Whether the store has the blob no more, or will not once what the disk left of it is removed.
    public var isLoss: Bool { code == .missing || isDamage }
}
