import FeatureCache
import Foundation
import TensorKernels
import Testing

/// A file system of one megabyte, which takes root and mount.
private final class TinyFileSystem {
    let directory: URL

    init?() {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("tiny-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        guard Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.path]) else {
            try? FileManager.default.removeItem(at: directory)
            return nil
        }
    }

    deinit {
        _ = Self.run("/bin/umount", ["-l", directory.path])
        try? FileManager.default.removeItem(at: directory)
    }

    static let isAvailable = geteuid() == 0 && TinyFileSystem() != nil

    private static func run(_ tool: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

@Suite struct DiskFullTests {
    @Test(.enabled(if: TinyFileSystem.isAvailable, "needs root and the right to mount a tmpfs"))
    func aFullDiskIsSaidClearlyAndLeavesNothing() throws {
        let disk = try #require(TinyFileSystem())
        let fixture = try FeatureCacheFixture(in: disk.directory)
        let store = try FeatureStore(directory: fixture.directory, memoryLimitBytes: 0)
        try fixture.fill(store, samples: 0..<3)
        let before = fixture.segmentNames

        let catalog = try store.catalog(part: fixture.part, width: 1024, keys: [])
        let error = #expect(throws: FeatureCacheError.self) {
            for sample in 0..<1000 {
                try catalog.insert(fixture.key(sample + 10), features: fixture.features(sample, width: 1024))
            }
            try catalog.flush()
        }
        #expect(error?.code == .diskFull)
        #expect(error?.message.contains(fixture.directory.path) == true)
        #expect(fixture.names(suffix: ".partial").isEmpty)
        #expect(fixture.segmentNames == before)
    }

    /// Some samples were published before, some had been written, some were in the buffer when the disk was full.
    @Test(
        .enabled(if: TinyFileSystem.isAvailable, "needs root and the right to mount a tmpfs"),
        arguments: [64 << 20, 300 << 10])
    func whatCannotBeWrittenStaysInMemory(segmentBytes: Int) throws {
        let disk = try #require(TinyFileSystem())
        let fixture = try FeatureCacheFixture(in: disk.directory)
        let store = try FeatureStore(directory: fixture.directory, segmentBytes: segmentBytes)
        let catalog = try store.catalog(part: fixture.part, width: 1024, keys: [])
        for sample in 0..<400 {
            try catalog.insert(fixture.key(sample), features: fixture.features(sample, width: 1024))
        }
        try catalog.flush()
        #expect(catalog.storingProblem?.code == .diskFull)
        #expect(fixture.names(suffix: ".partial").isEmpty)
        #expect(fixture.segmentNames.isEmpty == (segmentBytes > 1 << 20))
        let keys = (0..<400).map(fixture.key)
        #expect(keys.allSatisfy(catalog.contains))
        let expected = (0..<400).map { fixture.features($0, width: 1024) }
        let (features, rows) = try catalog.gather(keys)
        #expect(rows == expected.map { $0.shape[0] })
        #expect(features.isIdentical(to: .concatenatingRows(expected)))
        #expect(catalog.featureBytes == features.count * 4)
    }
}
