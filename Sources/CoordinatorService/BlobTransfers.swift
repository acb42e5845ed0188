import ContentStore
import Foundation
import WireProtocol

/// Blob requests, apart from the coordinator's decisions: hashing a large file must not delay a heartbeat.
///
/// Receivers pull chunk by chunk, which is the back-pressure: nobody is sent what he has not asked for.
actor BlobTransfers {
    /// Bytes of one chunk at the most, whatever is asked for.
    static let maximumChunkBytes = 4 << 20
    static let defaultChunkBytes = 1 << 20
    /// Of the refusal of a chunk for which there is no room; workers wait and send it again.
    static let diskFullCode = "coordinator-disk-full"

    let store: BlobStore
    /// A blob that a job no longer needs stays this long after its last use: repeats may still ask for it, and
    /// another job may have arrived at the same bytes.
    private let quietPeriod: Duration
    private var lastUse: [String: ContinuousClock.Instant] = [:]
    private var retired: Set<String> = []
    private let executor = BlockingExecutor(label: "graft.blobs")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(store: BlobStore, quietPeriod: Duration = .seconds(60)) {
        self.store = store
        self.quietPeriod = quietPeriod
    }

    /// The answer to a blob request; a refusal where it cannot be served, `nil` for any other message.
    func answer(_ body: WireBody) -> WireBody? {
        do {
            switch body {
            case .queryBlobs(let query):
                for hash in query.sha256s { touch(hash) }
                return .blobStatus(BlobStatus(missing: query.sha256s.filter { !store.contains($0) }))
            case .putBlobChunk(let put):
                touch(put.sha256)
                let progress = try store.append(
                    put.data, at: put.offset, of: put.sha256, totalSize: put.totalSize)
                return .blobChunkStored(
                    BlobChunkStored(
                        sha256: put.sha256, nextOffset: progress.nextOffset, complete: progress.isComplete))
            case .getBlobChunk(let get):
                touch(get.sha256)
                let length = get.length > 0 ? min(get.length, Self.maximumChunkBytes) : Self.defaultChunkBytes
                let (data, total) = try store.read(get.sha256, offset: get.offset, length: length)
                return .blobChunk(
                    BlobChunk(sha256: get.sha256, totalSize: total, offset: get.offset, data: data))
            default:
                return nil
            }
        } catch let error as ContentStoreError where error.code == .diskFull {
            return .refusal(
                Refusal(
                    code: Self.diskFullCode,
                    message: "The coordinator's disk is full: \(error.message) Free some space there."))
        } catch let error as ContentStoreError {
            return .refusal(Refusal(code: error.code.name, message: error.message))
        } catch {
            return .refusal(Refusal(code: "blob-file-system", message: "\(error)"))
        }
    }

    /// Notes blobs that a job has no more use for; they go at a later sweep.
    func retire(_ hashes: Set<String>) {
        for hash in hashes { touch(hash) }
        retired.formUnion(hashes)
    }

    /// Removes retired blobs that nobody holds or has used lately.
    func sweepRetired(keeping held: Set<String>) {
        retired.subtract(held)
        for hash in retired where (lastUse[hash]?.duration(to: .now) ?? quietPeriod) >= quietPeriod {
            retired.remove(hash)
            if let file = try? store.url(for: hash) { try? FileManager.default.removeItem(at: file) }
        }
    }

    /// Removes every blob that nobody holds and that was neither added nor used within `retention`.
    func sweepAll(keeping held: Set<String>, retention: Duration) throws {
        lastUse = lastUse.filter { $0.value.duration(to: .now) < retention }
        try store.removeBlobs(
            keeping: held.union(lastUse.keys),
            unlessAddedSince: Date(timeIntervalSinceNow: -retention.seconds))
    }

    private func touch(_ hash: String) {
        if BlobReference.isValidName(hash) { lastUse[hash] = .now }
    }
}
