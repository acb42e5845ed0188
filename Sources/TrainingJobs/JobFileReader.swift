import Foundation

/// Reads job files: YAML in, typed values or every problem out.
public enum JobFileReader {
    /// Largest job file that is read, in bytes.
    public static let maximumSize = 1 << 20

    /// What the job file at `url` says.
    ///
    /// - Throws: `JobError`: `unreadableFile`, `syntax`, or `invalidJob` with all problems of the file.
    public static func read(_ url: URL) throws -> JobSpecification {
        try readDocument(url).specification
    }

    /// As `read`, with the place of every value.
    public static func readDocument(_ url: URL) throws -> JobDocument {
        throw JobError(code: .unreadableFile, message: "not yet")
    }

    /// As `readDocument`, from text.
    ///
    /// - Parameter name: How messages call the file.
    public static func decode(_ text: String, name: String, url: URL) throws -> JobDocument {
        throw JobError(code: .unreadableFile, message: "not yet")
    }
}
