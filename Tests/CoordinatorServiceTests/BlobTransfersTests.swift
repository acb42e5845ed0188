import ContentStore
import Foundation
import Testing
import WireProtocol

@testable import CoordinatorService

@Suite struct BlobTransfersTests {
    private let fixture: CoordinatorFixture
    private let store: BlobStore

    init() throws {
        fixture = try CoordinatorFixture()
        store = try BlobStore(directory: fixture.directory.appendingPathComponent("blobs"))
    }

    @Test func `retired blobs go, held ones stay`() async throws {
        let (old, best) = (try store.addBytes([1]), try store.addBytes([2]))
        let transfers = BlobTransfers(store: store, quietPeriod: .zero)
        await transfers.retire([old.sha256, best.sha256])
        await transfers.sweepRetired(keeping: [best.sha256])
        #expect(!store.contains(old.sha256))
        #expect(store.contains(best.sha256))
    }

    @Test func `a retired blob that is in use stays`() async throws {
        let blob = try store.addBytes([1])
        let transfers = BlobTransfers(store: store, quietPeriod: .seconds(60))
        await transfers.retire([blob.sha256])
        _ = await transfers.answer(.queryBlobs(QueryBlobs(sha256s: [blob.sha256])))
        await transfers.sweepRetired(keeping: [])
        #expect(store.contains(blob.sha256))
    }

    @Test func `a full sweep spares what is held, used or new`() async throws {
        let blobs = try (1...3).map { try store.addBytes([$0]) }
        let transfers = BlobTransfers(store: store)
        try await transfers.sweepAll(keeping: [], retention: .seconds(3600))
        #expect(try store.blobs().count == 3, "all are new")
        try await Task.sleep(for: .milliseconds(1100))
        _ = await transfers.answer(.getBlobChunk(GetBlobChunk(sha256: blobs[1].sha256, offset: 0, length: 1)))
        try await transfers.sweepAll(keeping: [blobs[0].sha256], retention: .milliseconds(1000))
        #expect(store.contains(blobs[0].sha256))
        #expect(store.contains(blobs[1].sha256))
        #expect(!store.contains(blobs[2].sha256))
    }

    @Test func `a damaged blob is refused, reported, and can be sent anew`() async throws {
        let bytes = [UInt8](repeating: 7, count: 1000)
        let blob = try store.addBytes(bytes)
        let transfers = BlobTransfers(store: store)
        let get = WireBody.getBlobChunk(GetBlobChunk(sha256: blob.sha256, offset: 500, length: 10))
        let query = WireBody.queryBlobs(QueryBlobs(sha256s: [blob.sha256]))
        guard case .blobChunk = await transfers.answer(get) else {
            Issue.record("a whole blob was refused")
            return
        }
        try Damage.flipBit(in: store.url(for: blob.sha256))
        #expect(await transfers.answer(get)?.refusalCode == "damaged-blob")
        #expect(await transfers.answer(get)?.refusalCode == "missing-blob")
        #expect(await transfers.answer(query) == .blobStatus(BlobStatus(missing: [blob.sha256])))
        var losses = transfers.losses.makeAsyncIterator()
        #expect(await losses.next() == blob.sha256)

        let put = PutBlobChunk(sha256: blob.sha256, totalSize: 1000, offset: 0, data: bytes)
        guard case .blobChunkStored(let stored) = await transfers.answer(.putBlobChunk(put)) else {
            Issue.record("not taken")
            return
        }
        #expect(stored.complete)
        guard case .blobChunk(let chunk) = await transfers.answer(get) else {
            Issue.record("refused after it was sent anew")
            return
        }
        #expect(chunk.data == [UInt8](repeating: 7, count: 10))
    }

    @Test(arguments: ["query", "upload"])
    func `a damaged blob does not stand in its own way`(way: String) async throws {
        let bytes = [UInt8](repeating: 7, count: 1000)
        let blob = try store.addBytes(bytes)
        try Damage.flipBit(in: store.url(for: blob.sha256))
        let transfers = BlobTransfers(store: store)
        if way == "query" {
            let status = await transfers.answer(.queryBlobs(QueryBlobs(sha256s: [blob.sha256])))
            #expect(status == .blobStatus(BlobStatus(missing: [blob.sha256])))
        }
        let put = PutBlobChunk(sha256: blob.sha256, totalSize: 1000, offset: 0, data: bytes)
        _ = await transfers.answer(.putBlobChunk(put))
        #expect(try store.bytes(of: blob.sha256) == bytes)
    }

    @Test func `a chunk is never larger than the limit`() async throws {
        let blob = try store.addBytes([UInt8](repeating: 7, count: BlobTransfers.maximumChunkBytes + 10))
        let transfers = BlobTransfers(store: store)
        let request = GetBlobChunk(sha256: blob.sha256, offset: 0, length: 1 << 30)
        guard case .blobChunk(let chunk) = await transfers.answer(.getBlobChunk(request)) else {
            Issue.record("refused")
            return
        }
        #expect(chunk.data.count == BlobTransfers.maximumChunkBytes)
        #expect(chunk.totalSize == blob.size)
    }
}
