import Foundation
import Testing

@testable import ContentStore

@Suite struct BlobUploadTests {
    /// Held by the suite, so that its folder lasts as long as the test.
    let temporary: TemporaryStore
    var store: BlobStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    let bytes = someBytes(100_000)
    var name: String { FileHasher.sha256(of: bytes) }

    /// Sends chunks from where the store says, until it is complete or `limit` chunks are sent.
    func send(_ store: BlobStore, chunkSize: Int, limit: Int = .max) throws -> BlobStore.UploadProgress {
        var progress = try store.beginUpload(name, totalSize: bytes.count)
        var sent = 0
        while !progress.isComplete, sent < limit {
            let chunk = bytes[progress.nextOffset...].prefix(chunkSize)
            progress = try store.append(
                Array(chunk), at: progress.nextOffset, of: name, totalSize: bytes.count)
            sent += 1
        }
        return progress
    }

    @Test(arguments: [1_000, 4_096, 99_999, 100_000, 200_000])
    func aBlobArrivesInChunks(chunkSize: Int) throws {
        #expect(try send(store, chunkSize: chunkSize).isComplete)
        #expect(try store.bytes(of: name) == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.partialDirectory.path) == [])
    }

    @Test func anUploadGoesOnAfterARestart() throws {
        #expect(try send(store, chunkSize: 10_000, limit: 3).nextOffset == 30_000)
        let restarted = try BlobStore(directory: temporary.folder)
        #expect(try restarted.beginUpload(name, totalSize: bytes.count).nextOffset == 30_000)
        #expect(!restarted.contains(name))
        #expect(try send(restarted, chunkSize: 50_000).isComplete)
        #expect(try restarted.bytes(of: name) == bytes)
    }

    @Test func repeatsOverlapsAndGapsDoNoHarm() throws {
        func append(_ range: Range<Int>) throws -> Int {
            try store.append(Array(bytes[range]), at: range.lowerBound, of: name, totalSize: bytes.count)
                .nextOffset
        }
        #expect(try append(0..<10_000) == 10_000)
        #expect(try append(0..<10_000) == 10_000)
        #expect(try append(20_000..<30_000) == 10_000)
        #expect(try append(5_000..<15_000) == 15_000)
        #expect(try append(15_000..<100_000) == 100_000)
        #expect(try store.bytes(of: name) == bytes)
        #expect(try store.append([9], at: 3, of: name, totalSize: bytes.count).isComplete)
        #expect(try store.bytes(of: name) == bytes)
    }

    @Test func wrongBytesAreRefusedAndForgotten() throws {
        var damaged = bytes
        damaged[500] ^= 1
        let error = #expect(throws: ContentStoreError.self) {
            try store.append(damaged, at: 0, of: name, totalSize: bytes.count)
        }
        #expect(error?.code == .hashMismatch)
        #expect(!store.contains(name))
        #expect(try store.beginUpload(name, totalSize: bytes.count).nextOffset == 0)
        #expect(try send(store, chunkSize: 60_000).isComplete)
    }

    @Test(arguments: [(-1, 1, 10), (0, 11, 10), (10, 1, 10), (Int.max, 1, 10), (0, 0, -1)])
    func chunksOutsideOfTheBlobAreRefused(offset: Int, count: Int, total: Int) throws {
        let error = #expect(throws: ContentStoreError.self) {
            try store.append(someBytes(count), at: offset, of: name, totalSize: total)
        }
        #expect(error?.code == .range)
    }

    @Test func aSizeThatShrinksIsRefused() throws {
        _ = try store.append(someBytes(50), at: 0, of: name, totalSize: 100)
        let error = #expect(throws: ContentStoreError.self) {
            try store.append([], at: 0, of: name, totalSize: 20)
        }
        #expect(error?.code == .range)
    }

    @Test func anEmptyBlobIsCompleteAtOnce() throws {
        let empty = FileHasher.sha256(of: [UInt8]())
        #expect(
            try store.beginUpload(empty, totalSize: 0)
                == BlobStore.UploadProgress(nextOffset: 0, isComplete: true))
        #expect(try store.bytes(of: empty) == [])
    }

    /// Several senders of one blob, each with its own store on the same directory, as several processes have.
    @Test func concurrentUploadsOfOneBlobAgree() async throws {
        let folder = temporary.folder
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    try send(BlobStore(directory: folder), chunkSize: 1_000 + sender * 700).isComplete
                }
            }
            for try await complete in group { #expect(complete) }
        }
        #expect(try store.bytes(of: name) == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.partialDirectory.path) == [])
    }

    /// The lock holds between processes, too: another one keeps it while this one appends.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "needs flock(1)"))
    func anotherProcessHoldsTheUpload() async throws {
        _ = try send(store, chunkSize: 10_000, limit: 1)
        let partial = store.partialDirectory.appendingPathComponent(name)
        let ready = temporary.folder.appendingPathComponent("ready")
        let released = temporary.folder.appendingPathComponent("released")
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        other.arguments = [
            partial.path, "sh", "-c", "touch '\(ready.path)'; sleep 0.5; touch '\(released.path)'",
        ]
        try other.run()
        while !FileManager.default.fileExists(atPath: ready.path) {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try send(store, chunkSize: 100_000).isComplete)
        #expect(FileManager.default.fileExists(atPath: released.path))
        other.waitUntilExit()
        #expect(try store.bytes(of: name) == bytes)
    }
}
