import FeatureCache
import Foundation
import TensorKernels
import Testing
import TestingSupport

@Suite struct DiskFullTests {
    @Test(.enabled(if: SmallFileSystem.isAvailable, "needs root and the right to mount a tmpfs"))
    func aFullDiskIsSaidClearlyAndLeavesNothing() throws {
        let disk = try #require(SmallFileSystem(size: "1m"))
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
        .enabled(if: SmallFileSystem.isAvailable, "needs root and the right to mount a tmpfs"),
        arguments: [64 << 20, 300 << 10])
    func whatCannotBeWrittenStaysInMemory(segmentBytes: Int) throws {
        let disk = try #require(SmallFileSystem(size: "1m"))
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
