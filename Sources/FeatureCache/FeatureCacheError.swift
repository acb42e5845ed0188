/// What went wrong in the feature cache, where, and what to do about it.
public struct FeatureCacheError: Error, Sendable, CustomStringConvertible {
    /// A kind of failure. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The file system that holds the cache has no room left.
        public static let diskFull = Code("disk_full")
        /// A segment's bytes are not what was written.
        public static let damagedSegment = Code("damaged_segment")
        /// A file operation failed for another reason.
        public static let fileSystem = Code("file_system")
        /// Features were asked for that the job never stored.
        public static let missingFeatures = Code("missing_features")
        /// A matrix whose width is not the job's.
        public static let wrongShape = Code("wrong_shape")
    }

    public let code: Code
    public let message: String
    /// The file or directory concerned.
    public let path: String?

    public var description: String { message }

    init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
    }

    static func diskFull(directory: String, bytes: Int) -> FeatureCacheError {
        FeatureCacheError(
            .diskFull,
            "no space left in the feature cache \(directory) for \(bytes) more bytes; free some space there, "
                + "lower the cache's size limit or choose another cache directory",
            path: directory)
    }

    static func damaged(_ path: String, _ reason: String) -> FeatureCacheError {
        FeatureCacheError(.damagedSegment, "damaged feature segment \(path): \(reason)", path: path)
    }
}
