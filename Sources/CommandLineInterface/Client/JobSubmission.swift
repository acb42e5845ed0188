import ContentStore
import Foundation
import TrainingJobs
import WireProtocol

/// A job file that was read, checked and hashed, ready to be sent.
struct JobSubmission {
    /// Data sent at a time.
    static let chunkBytes = 4 << 20

    let message: SubmitJob
    let specification: JobSpecification
    /// Where the content of each hash lies on this machine.
    private let places: [String: URL]
    private let packedFolders = PackedFolders()

    /// Reads the job file and hashes all that it names.
    ///
    /// - Parameter adjust: Changes the job before it is sent.
    /// - Throws: `JobError` with every problem of the job file and of the files that it names.
    init(
        jobFile: URL, jobID: String = UUID().uuidString.lowercased(),
        adjust: (inout JobSpecification) -> Void = { _ in }
    ) throws {
        let document = try JobFileReader.readDocument(jobFile)
        let problems = JobCheck.problems(in: document)
        for warning in problems where warning.severity == .warning { StandardError.write("\(warning)") }
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw JobError(
                code: .invalidJob, message: "\(jobFile.relativePath) cannot run:", problems: errors)
        }

        var specification = document.specification
        adjust(&specification)
        self.specification = specification
        var places: [String: URL] = [:]
        let files = try JobFiles.list(specification, relativeTo: document.folder).map {
            [packedFolders] file in
            let url = try packedFolders.file(for: file)
            let reference = try FileHasher.reference(ofFileAt: url)
            places[reference.sha256] = url
            return FileReference(path: file.path, sha256: reference.sha256, size: reference.size)
        }
        self.places = places
        message = SubmitJob(
            jobID: jobID, specificationJSON: try CanonicalJSON.encode(specification), files: files,
            submitter: Self.submitter)
    }

    /// Sends the job and whatever content the coordinator lacks; returns once the job is queued.
    ///
    /// - Parameter progress: Told of bytes sent, and to be sent.
    func send(to client: CoordinatorClient, progress: (Int, Int) -> Void = { _, _ in }) async throws {
        let missing = try await client.submit(message).missing
        guard !missing.isEmpty else { return }
        let sizes = Dictionary(message.files.map { ($0.sha256, $0.size) }) { first, _ in first }
        let total = missing.reduce(0) { $0 + (sizes[$1] ?? 0) }
        var sent = 0
        for sha256 in missing {
            guard let url = places[sha256], let size = sizes[sha256] else {
                throw CommandFailure(
                    .jobFailed, "the coordinator asks for \(sha256), which is not of this job")
            }
            try await upload(url, sha256: sha256, size: size, to: client) { progress(sent + $0, total) }
            sent += size
        }
        let answer = try await client.submit(message, isUploaded: true)
        guard answer.missing.isEmpty else {
            throw CommandFailure(
                .jobFailed, "the coordinator still lacks \(answer.missing.count) files after their upload")
        }
    }

    private func upload(
        _ url: URL, sha256: String, size: Int, to client: CoordinatorClient, progress: (Int) -> Void
    ) async throws {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var offset = 0
        while true {
            try file.seek(toOffset: UInt64(offset))
            let data = [UInt8](try file.read(upToCount: min(Self.chunkBytes, size - offset)) ?? Data())
            guard !data.isEmpty || size == offset else {
                throw CommandFailure(
                    .invalidInput, "\(url.path) became shorter while it was sent; submit again")
            }
            let stored = try await client.put(
                PutBlobChunk(sha256: sha256, totalSize: size, offset: offset, data: data))
            progress(stored.complete ? size : stored.nextOffset)
            if stored.complete { return }
            guard (0...size).contains(stored.nextOffset), stored.nextOffset != offset else {
                throw CommandFailure(
                    .jobFailed,
                    "the coordinator does not take \(url.lastPathComponent) beyond byte \(offset); "
                        + "did the file change while it was sent?")
            }
            offset = stored.nextOffset
        }
    }

    private static var submitter: String {
        let user = ProcessInfo.processInfo.environment["USER"] ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}
