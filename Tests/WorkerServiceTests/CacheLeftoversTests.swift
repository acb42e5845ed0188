import ContentStore
import Foundation
import Testing
import WireProtocol

@testable import WorkerService

@Suite struct CacheLeftoversTests {
    private func withCache(_ body: (URL) throws -> Void) throws {
        let cache = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: cache) }
        for folder in ["jobs", "workers"] {
            try FileManager.default.createDirectory(
                at: cache.appendingPathComponent(folder), withIntermediateDirectories: true)
        }
        try body(cache)
    }

    @Test func foldersOfKilledWorkersGoAndThoseInUseStay() throws {
        try withCache { cache in
            let store = try BlobStore(directory: cache.appendingPathComponent("blobs"))
            let blob = try store.addBytes([1, 2, 3])
            let used = try JobFolder(
                files: [FileReference(path: "backbone/x", sha256: blob.sha256, size: 3)], store: store,
                cacheDirectory: cache)
            let left = cache.appendingPathComponent("jobs/\(UUID().uuidString)/backbone")
            try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
            try Data([1]).write(to: left.appendingPathComponent("x"))

            CacheLeftovers.remove(in: cache)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: cache.path + "/jobs")
                    == [used.url.lastPathComponent])
            #expect(FileManager.default.fileExists(atPath: used.backbone.path + "/x"))
            used.remove()
        }
    }

    @Test func idsOfPassingWorkersGoAndLastingOnesStay() throws {
        try withCache { cache in
            let gone = Process()
            gone.executableURL = URL(fileURLWithPath: "/bin/true")
            try gone.run()
            gone.waitUntilExit()
            let folder = cache.appendingPathComponent("workers")
            let kept = [
                "head.id", "head.lock", "run-\(getpid())-1.id", "run-\(getpid())-1.lock", "run-away-1.id",
                "run-\(gone.processIdentifier)-2.id", "run-\(gone.processIdentifier)-2.lock",
            ]
            let leftovers = [
                "run-\(gone.processIdentifier)-1.id", "run-\(gone.processIdentifier)-1.lock",
                "run-\(gone.processIdentifier)-3.id",
            ]
            for name in kept + leftovers { try Data().write(to: folder.appendingPathComponent(name)) }
            // Its second worker still lives.
            let lock = try #require(
                DirectoryLock(folder.appendingPathComponent("run-\(gone.processIdentifier)-2.lock")))
            CacheLeftovers.remove(in: cache)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == kept.sorted())
            withExtendedLifetime(lock) {}
        }
    }
}
