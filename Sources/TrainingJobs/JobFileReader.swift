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
        let name = url.relativePath
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw JobError(code: .unreadableFile, message: "There is no job file \(url.path).")
        }
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            data = try handle.read(upToCount: maximumSize + 1) ?? Data()
        } catch {
            throw JobError(
                code: .unreadableFile,
                message: "The job file \(name) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= maximumSize else {
            throw JobError(
                code: .unreadableFile,
                message: "\(name) has more than \(maximumSize) bytes; a job file is small. Is it a data file?"
            )
        }
        return try decode(JobFileSyntax.text(of: data, name: name), name: name, url: url)
    }

    /// As `readDocument`, from text.
    ///
    /// - Parameter name: How messages call the file.
    public static func decode(_ text: String, name: String, url: URL) throws -> JobDocument {
        let root = try JobFileSyntax.root(of: text, name: name)
        let findings = JobFileFindings(file: name)
        let specification = JobFileDecoder(findings: findings).job(root)
        let document = JobDocument(specification: specification, url: url, locations: findings.locations)
        let problems = findings.problems + brokenRules(document, alreadyFound: findings.problems)
        guard problems.isEmpty else {
            throw JobError(
                code: .invalidJob,
                message: problems.count == 1
                    ? "\(name) has a problem:" : "\(name) has \(problems.count) problems:",
                problems: inFileOrder(problems))
        }
        return document
    }

    /// Rules that the values break, without those that only stand-ins for wrong values break.
    private static func brokenRules(_ document: JobDocument, alreadyFound: [JobProblem]) -> [JobProblem] {
        let spoiled = alreadyFound.map(\.keyPath)
        return JobRules.violations(in: document.specification).compactMap { violation in
            let concerned = [violation.keyPath] + violation.others
            let isSpoiled = concerned.contains { key in
                spoiled.contains {
                    $0 == key || key.hasPrefix("\($0).") || $0.hasPrefix("\(key).") || $0.isEmpty
                }
            }
            guard !isSpoiled else { return nil }
            return JobProblem(
                keyPath: violation.keyPath, location: document.location(of: violation.keyPath),
                message: violation.message)
        }
    }

    private static func inFileOrder(_ problems: [JobProblem]) -> [JobProblem] {
        problems.enumerated().sorted { first, second in
            let left = (first.element.location?.line ?? 0, first.element.location?.column ?? 0, first.offset)
            let right = (
                second.element.location?.line ?? 0, second.element.location?.column ?? 0, second.offset
            )
            return left < right
        }.map(\.element)
    }
}
