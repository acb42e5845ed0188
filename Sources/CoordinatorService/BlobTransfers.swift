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
    /// Of the refusal of a blob that the disk has damaged. It is gone then, so that it can be sent anew.
    static let damagedCode = "damaged-blob"

    let store: BlobStore
    /// Blobs that somebody asked for and that are damaged or not there.
    nonisolated let losses: AsyncStream<String>
    private let lossReport: AsyncStream<String>.Continuation
    /// Blobs that were hashed since this object began, with the files that they were then.
    private var verified: [String: BlobStore.Stamp] = [:]
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
        (losses, lossReport) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(256))
    }

    /// The answer to a blob request; a refusal where it cannot be served, `nil` for any other message.
    func answer(_ body: WireBody) -> WireBody? {
        do {
            switch body {
            case .queryBlobs(let query):
                for hash in query.sha256s { touch(hash) }
                return .blobStatus(
                    BlobStatus(missing: try query.sha256s.filter { try state(of: $0) != .whole }))
            case .putBlobChunk(let put):
                touch(put.sha256)
                // A damaged one must not pass for the one that is being sent.
                _ = try state(of: put.sha256)
                let progress = try store.append(
                    put.data, at: put.offset, of: put.sha256, totalSize: put.totalSize)
                if progress.isComplete { verified[put.sha256] = try store.stamp(of: put.sha256) }
                return .blobChunkStored(
                    BlobChunkStored(
                        sha256: put.sha256, nextOffset: progress.nextOffset, complete: progress.isComplete))
            case .getBlobChunk(let get):
                touch(get.sha256)
                let state = try state(of: get.sha256)
                if state != .whole { lossReport.yield(get.sha256) }
                if state == .damaged { return .refusal(Self.damage(get.sha256)) }
                let length = get.length > 0 ? min(get.length, Self.maximumChunkBytes) : Self.defaultChunkBytes
                guard let (data, total) = try read(get.sha256, offset: get.offset, length: length) else {
                    return .refusal(Self.damage(get.sha256))
                }
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
            verified[hash] = nil
            if let file = try? store.url(for: hash) { try? FileManager.default.removeItem(at: file) }
        }
    }

    /// Removes every blob that nobody holds and that was neither added nor used within `retention`.
    func sweepAll(keeping held: Set<String>, retention: Duration) throws {
        lastUse = lastUse.filter { $0.value.duration(to: .now) < retention }
        verified = verified.filter { store.contains($0.key) }
        try store.removeBlobs(
            keeping: held.union(lastUse.keys),
            unlessAddedSince: Date(timeIntervalSinceNow: -retention.seconds))
    }

    private enum BlobState { case whole, missing, damaged }

    /// A blob's file is hashed when it is first asked for, and again only where it has changed since. A damaged one is
    /// removed.
    private func state(of hash: String) throws -> BlobState {
        guard store.contains(hash) else { return .missing }
        if let known = verified[hash], known == (try? store.stamp(of: hash)) { return .whole }
        verified[hash] = nil
        guard try store.keepIfWhole(hash) else { return .damaged }
        verified[hash] = try store.stamp(of: hash)
        return .whole
    }

    /// `nil` where the disk does not give back what it gave when the blob was verified; the blob is removed.
    private func read(_ hash: String, offset: Int, length: Int) throws -> (data: [UInt8], totalSize: Int)? {
        do {
            return try store.read(hash, offset: offset, length: length)
        } catch let error as ContentStoreError where error.isDamage {
            verified[hash] = nil
            try store.remove(hash)
            lossReport.yield(hash)
            return nil
        }
    }

    private static func damage(_ hash: String) -> Refusal {
        Refusal(
            code: damagedCode,
            message: "The coordinator's disk has damaged the blob \(hash), which is removed. Check that disk."
        )
    }

    private func touch(_ hash: String) {
        if BlobReference.isValidName(hash) { lastUse[hash] = .now }
    }
}
