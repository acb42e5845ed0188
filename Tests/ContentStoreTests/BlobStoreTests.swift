import Foundation
import Testing

@testable import ContentStore

/// A store in a folder that goes with its test.
final class TemporaryStore: Sendable {
    let folder: URL
    let store: BlobStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "graft-store-\(UUID().uuidString)")
        store = try BlobStore(directory: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

func someBytes(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed)) }
}

@Suite struct BlobStoreTests {
    /// Held by the suite, so that its folder lasts as long as the test.
    let temporary: TemporaryStore
    var store: BlobStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    /// FIPS 180-2's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func hashesAreSHA256(text: String, hash: String) throws {
        #expect(FileHasher.sha256(of: text.utf8) == hash)
        let file = temporary.folder.appendingPathComponent("file")
        try Data(text.utf8).write(to: file)
        #expect(try FileHasher.sha256(ofFileAt: file) == hash)
        #expect(try store.addFile(at: file) == BlobReference(sha256: hash, size: text.utf8.count))
        #expect(try store.bytes(of: hash) == Array(text.utf8))
    }

    @Test func bytesComeBackInPieces() throws {
        let bytes = someBytes(10_000)
        let reference = try store.addBytes(bytes)
        #expect(try store.addBytes(bytes) == reference)
        #expect(store.contains(reference.sha256))
        var back: [UInt8] = []
        while back.count < reference.size {
            let piece = try store.read(reference.sha256, offset: back.count, length: 3_000)
            #expect(piece.totalSize == 10_000)
            back += piece.data
        }
        #expect(back == bytes)
        #expect(try store.read(reference.sha256, offset: 10_000, length: 5).data == [])
        #expect(throws: ContentStoreError.self) {
            try store.read(reference.sha256, offset: 10_001, length: 5)
        }
        #expect(throws: ContentStoreError.self) { try store.read(reference.sha256, offset: -1, length: 5) }
    }

    @Test(arguments: [
        "", "..", "../../etc/passwd", "/etc/passwd", String(repeating: "A", count: 64),
        String(repeating: "a", count: 63), String(repeating: "a", count: 65),
        String(repeating: "a", count: 62) + "/a",
        String(repeating: "a", count: 63) + "\u{0}", String(repeating: "é", count: 32),
    ])
    func otherNamesNeverBecomePaths(name: String) throws {
        #expect(!store.contains(name))
        for attempt: () throws -> Void in [
            { _ = try store.url(for: name) }, { _ = try store.read(name, offset: 0, length: 1) },
            { _ = try store.append([1], at: 0, of: name, totalSize: 1) }, { try store.verify(name) },
            { try store.remove(name) },
        ] {
            let error = #expect(throws: ContentStoreError.self, performing: attempt)
            #expect(error?.code == .invalidName)
        }
    }

    @Test func aMissingBlobIsNamed() throws {
        let name = FileHasher.sha256(of: [7])
        let error = #expect(throws: ContentStoreError.self) { try store.url(for: name) }
        #expect(error?.code == .missing)
        #expect(error?.message.contains(name) == true)
    }

    @Test func damageOnDiskIsFound() throws {
        let reference = try store.addBytes(someBytes(100))
        try store.verify(reference.sha256)
        let file = try store.url(for: reference.sha256)
        try Data(someBytes(100, seed: 2)).write(to: file)
        for attempt: () throws -> Void in [
            { try store.verify(reference.sha256) }, { _ = try store.bytes(of: reference.sha256) },
        ] {
            let error = #expect(throws: ContentStoreError.self, performing: attempt)
            #expect(error?.code == .hashMismatch)
        }
    }

    @Test(arguments: ["bytes", "file"])
    func whatIsAddedAgainReplacesADamagedBlob(way: String) throws {
        let bytes = someBytes(100)
        let reference = try store.addBytes(bytes)
        #expect(try store.keepIfWhole(reference.sha256))
        try Data(someBytes(100, seed: 2)).write(to: store.url(for: reference.sha256))
        if way == "bytes" {
            try store.addBytes(bytes)
        } else {
            let file = temporary.folder.appendingPathComponent("file")
            try Data(bytes).write(to: file)
            try store.addFile(at: file)
        }
        #expect(try store.bytes(of: reference.sha256) == bytes)
    }

    @Test func aDamagedBlobIsRemovedAndAWholeOneStays() throws {
        let reference = try store.addBytes(someBytes(100))
        #expect(try store.keepIfWhole(reference.sha256))
        try Data(someBytes(100, seed: 2)).write(to: store.url(for: reference.sha256))
        #expect(try !store.keepIfWhole(reference.sha256))
        #expect(!store.contains(reference.sha256))
        #expect(try !store.keepIfWhole(reference.sha256))
    }

    @Test func whatTheDiskCannotReadIsRemovedAsDamaged() throws {
        let reference = try store.addBytes(someBytes(100))
        // Address 0 of a process is mapped to nothing: reading there fails as a bad sector does.
        let place = try store.url(for: reference.sha256)
        try FileManager.default.removeItem(at: place)
        try FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: "/proc/self/mem")
        let error = #expect(throws: ContentStoreError.self) { try store.verify(reference.sha256) }
        #expect(error?.code == .unreadable && error?.isDamage == true)
        #expect(try !store.keepIfWhole(reference.sha256))
        #expect(!store.contains(reference.sha256))
        try store.addBytes(someBytes(100))
        #expect(try store.bytes(of: reference.sha256) == someBytes(100))
    }

    @Test func removalKeepsWhatIsNamedAndWhatIsNew() throws {
        let kept = try store.addBytes(someBytes(10))
        let dropped = try store.addBytes(someBytes(20))
        _ = try store.append([1, 2], at: 0, of: FileHasher.sha256(of: someBytes(30)), totalSize: 30)
        let past = Date(timeIntervalSinceNow: -3_600)
        #expect(try store.removeBlobs(keeping: [], unlessAddedSince: past).blobs == 0)
        let future = Date(timeIntervalSinceNow: 3_600)
        let removal = try store.removeBlobs(keeping: [kept.sha256], unlessAddedSince: future)
        #expect(removal == BlobStore.Removal(blobs: 1, bytes: 20))
        #expect(try store.blobs() == [kept])
        #expect(!store.contains(dropped.sha256))
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.partialDirectory.path) == [])
    }

    @Test(arguments: ["bytes", "file", "upload", "use"])
    func whatIsAddedAgainOrUsedIsAsNew(way: String) throws {
        let bytes = someBytes(10)
        let blob = try store.addBytes(bytes)
        let place = try store.url(for: blob.sha256)
        let past = Date(timeIntervalSinceNow: -3_600)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7_200)], ofItemAtPath: place.path)
        switch way {
        case "bytes": _ = try store.addBytes(bytes)
        case "file":
            let file = temporary.folder.appendingPathComponent("file")
            try Data(bytes).write(to: file)
            _ = try store.addFile(at: file)
        case "upload": _ = try store.beginUpload(blob.sha256, totalSize: 10)
        default:
            #expect(store.markUsed(blob.sha256, unlessSince: Date(timeIntervalSinceNow: -10_000)))
            #expect(FileSystem.isOlder(place, than: past))
            #expect(store.markUsed(blob.sha256, unlessSince: past))
        }
        #expect(try store.removeBlobs(keeping: [], unlessAddedSince: past).blobs == 0)
        #expect(store.contains(blob.sha256))
    }

    @Test func aStampTellsChangesAndADamagedBlobCanBeReplaced() throws {
        let blob = try store.addBytes(someBytes(100))
        let stamp = try store.stamp(of: blob.sha256)
        #expect(try store.stamp(of: blob.sha256) == stamp)
        try Data(someBytes(100, seed: 2)).write(to: store.url(for: blob.sha256))
        #expect(try store.stamp(of: blob.sha256) != stamp)
        try store.remove(blob.sha256)
        try store.remove(blob.sha256)
        #expect(!store.contains(blob.sha256) && !store.markUsed(blob.sha256))
        try store.addBytes(someBytes(100))
        try store.verify(blob.sha256)
    }

    @Test func nothingTemporaryStays() throws {
        try store.addBytes(someBytes(10))
        let missing = temporary.folder.appendingPathComponent("missing")
        #expect(throws: ContentStoreError.self) { try store.addFile(at: missing) }
        #expect(throws: ContentStoreError.self) { try store.addFile(at: temporary.folder) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.incomingDirectory.path) == [])
    }
}
