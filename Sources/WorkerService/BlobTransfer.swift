import ContentStore
import Foundation
import WireProtocol

/// Moves blobs between the coordinator and this host's store, in chunks. Works on a thread of its own: disks
/// and hashes block.
actor BlobTransfer {
    static let chunkBytes = 1 << 20
    /// Chunks under way at a time.
    static let window = 4
    /// Seconds after which a use is noted again: far less than a blob's lifetime, and seldom, since another time
    /// on a file makes every process hash it once more.
    static let useInterval: TimeInterval = 86_400

    private let thread: DedicatedThread
    private let store: BlobStore
    private let coordinator: CoordinatorLink
    /// Blobs that were hashed in this process, with the files that they were then.
    private var verified: [String: BlobStore.Stamp] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(store: BlobStore, coordinator: CoordinatorLink) {
        thread = DedicatedThread(name: "graft-blobs")
        self.store = store
        self.coordinator = coordinator
    }

    /// Sees to it that the blob is in the store, whole, and will stay for some time. Nothing is fetched that is
    /// there already, whichever process of the host brought it; but a file that this process has not hashed yet
    /// is hashed, as disks and people change files.
    ///
    /// - Throws: `WorkerError` `.badContent` where the coordinator's bytes have another hash.
    func fetch(sha256: String, size: Int, name: String) async throws {
        var attempts = 0
        while try !isUsable(sha256) {
            guard attempts < 3 else {
                throw WorkerError(
                    .badContent, "\(name) arrives with another SHA-256 than \(sha256), three times over",
                    context: name)
            }
            attempts += 1
            do {
                try await fetchOnce(sha256: sha256, size: size)
            } catch let error as ContentStoreError where error.code == .hashMismatch {
                coordinator.logger.warning("\(name): \(error.message)")
            }
        }
    }

    /// All of a blob, fetched where it is not there.
    func bytes(of file: FileReference, name: String) async throws -> [UInt8] {
        try await fetch(sha256: file.sha256, size: file.size, name: name)
        do {
            return try store.bytes(of: file.sha256)
        } catch let error as ContentStoreError where error.isLoss {
            distrust()
            try await fetch(sha256: file.sha256, size: file.size, name: name)
            return try store.bytes(of: file.sha256)
        }
    }

    /// Forgets what was verified: a file was not what it should be, so the next fetch looks at all of them again.
    func distrust() { verified.removeAll() }

    /// Whether the store has the blob, as it should be. A damaged one is removed.
    private func isUsable(_ sha256: String) throws -> Bool {
        do {
            let stamp = try store.stamp(of: sha256)
            if verified[sha256] != stamp { try store.verify(sha256) }
            store.markUsed(sha256, unlessSince: Date(timeIntervalSinceNow: -Self.useInterval))
            verified[sha256] = try store.stamp(of: sha256)
            return true
        } catch let error as ContentStoreError where error.code == .missing {
            return false
        } catch let error as ContentStoreError where error.isDamage {
            coordinator.logger.warning("\(error.message) It is fetched anew.")
            try store.remove(sha256)
            return false
        }
    }

    private func fetchOnce(sha256: String, size: Int) async throws {
        var progress = try store.beginUpload(sha256, totalSize: size)
        while !progress.isComplete {
            try Task.checkCancellation()
            for chunk in try await chunks(of: sha256, from: progress.nextOffset, size: size) {
                // Another process of this host may be fetching the same blob: where it is ahead, follow.
                guard chunk.offset == progress.nextOffset, !progress.isComplete else { continue }
                progress = try store.append(
                    chunk.data, at: chunk.offset, of: sha256, totalSize: size)
            }
        }
    }

    private func chunks(of sha256: String, from offset: Int, size: Int) async throws -> [BlobChunk] {
        let coordinator = self.coordinator
        let offsets = stride(from: offset, to: size, by: Self.chunkBytes).prefix(Self.window)
        let chunks = try await withThrowingTaskGroup(of: BlobChunk.self) { group in
            for offset in offsets {
                group.addTask {
                    let length = min(Self.chunkBytes, size - offset)
                    let query = GetBlobChunk(sha256: sha256, offset: offset, length: length)
                    let reply = try await coordinator.request(.getBlobChunk(query))
                    guard case .blobChunk(let chunk) = reply, chunk.offset == offset,
                        chunk.data.count == length
                    else {
                        throw WorkerError(
                            .badContent,
                            "the coordinator answered a request for \(length) bytes of the blob "
                                + "\(sha256) at \(offset) with something else", context: sha256)
                    }
                    return chunk
                }
            }
            var chunks: [BlobChunk] = []
            for try await chunk in group { chunks.append(chunk) }
            return chunks
        }
        return chunks.sorted { $0.offset < $1.offset }
    }

    /// Uploads bytes under their hash.
    /// - Parameter advanced: is called before each chunk.
    func upload(
        bytes: [UInt8], path: String, advanced: @Sendable () -> Void = {}
    ) async throws -> FileReference {
        let file = FileReference(path: path, sha256: FileHasher.sha256(of: bytes), size: bytes.count)
        try await upload(file) { offset, length in
            advanced()
            return Array(bytes[offset..<offset + length])
        }
        return file
    }

    /// Uploads a file under its hash. It must not change meanwhile.
    func upload(file url: URL, path: String) async throws -> FileReference {
        let reference = try FileHasher.reference(ofFileAt: url)
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        let file = FileReference(path: path, sha256: reference.sha256, size: reference.size)
        try await upload(file) { offset, length in
            try handle.seek(toOffset: UInt64(offset))
            return Array(try handle.read(upToCount: length) ?? Data())
        }
        return file
    }

    /// Sends what the coordinator lacks. What is uploaded is not kept here: checkpoints would fill the disk.
    private func upload(_ file: FileReference, read: (_ offset: Int, _ length: Int) throws -> [UInt8])
        async throws
    {
        let reply = try await coordinator.request(.queryBlobs(QueryBlobs(sha256s: [file.sha256])))
        guard case .blobStatus(let status) = reply, status.missing.contains(file.sha256) else { return }
        var offset = 0
        var isComplete = false
        while !isComplete {
            try Task.checkCancellation()
            guard (0...file.size).contains(offset) else { throw notTaken(file) }
            let data = try read(offset, min(Self.chunkBytes, file.size - offset))
            let chunk = PutBlobChunk(sha256: file.sha256, totalSize: file.size, offset: offset, data: data)
            guard case .blobChunkStored(let stored) = try await put(chunk),
                stored.complete || stored.nextOffset != offset
            else { throw notTaken(file) }
            offset = stored.nextOffset
            isComplete = stored.complete
        }
    }

    /// How long a full disk of the coordinator is waited for.
    static let fullDiskPatience = Duration.seconds(3600)

    /// Sends a chunk, again where the coordinator has no room for it: somebody may make some.
    private func put(_ chunk: PutBlobChunk) async throws -> WireBody {
        let deadline = ContinuousClock.now + Self.fullDiskPatience
        var pause = Duration.milliseconds(250)
        while true {
            do {
                return try await coordinator.request(.putBlobChunk(chunk))
            } catch let refusal as RefusedError
                where refusal.code == "coordinator-disk-full" && ContinuousClock.now < deadline
            {
                coordinator.logger.warning("\(refusal.message) The upload waits.")
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    private func notTaken(_ file: FileReference) -> WorkerError {
        WorkerError(
            .refused, "the coordinator did not take a chunk of \(file.path) (\(file.sha256))",
            context: file.path)
    }
}
