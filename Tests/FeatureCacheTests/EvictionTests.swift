import FeatureCache
import Foundation
import TensorKernels
import Testing

@Suite struct EvictionTests {
    let fixture: FeatureCacheFixture
    init() throws { fixture = try FeatureCacheFixture() }

    private func age(_ name: String, seconds: TimeInterval) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: fixture.url(name).path)
    }

    /// Three segments of ten samples, the first the oldest.
    private func threeSegments(_ store: FeatureStore) throws -> [String] {
        var names: [String] = []
        for segment in 0..<3 {
            try fixture.fill(store, samples: segment * 10..<segment * 10 + 10)
            let new = try #require(fixture.segmentNames.first { !names.contains($0) })
            names.append(new)
            try age(new, seconds: TimeInterval(1000 - segment * 100))
        }
        return names
    }

    @Test func theLeastRecentlyUsedGoesFirst() throws {
        let names = try threeSegments(FeatureStore(directory: fixture.directory))
        let bytes = FeatureStore.bytes(fixture)
        let store = try FeatureStore(directory: fixture.directory, limitBytes: bytes - 1)
        // A use of the oldest makes it the youngest.
        _ = try store.catalog(part: fixture.part, width: 8, keys: [fixture.key(0)])
        #expect(try store.evict() == 0)
        #expect(Set(fixture.segmentNames) == [names[0], names[2]])
    }

    @Test func whatTheRunningJobHasMappedStays() throws {
        let names = try threeSegments(FeatureStore(directory: fixture.directory))
        let store = try FeatureStore(directory: fixture.directory, limitBytes: 1)
        let catalog = try store.catalog(part: fixture.part, width: 8, keys: [fixture.key(0)])
        #expect(try store.evict() > 0)
        #expect(fixture.segmentNames == [names[0]])
        #expect(try catalog.gather([fixture.key(0)]).features.scalars == fixture.features(0).scalars)
    }

    @Test func whatAnotherProcessHasMappedStays() async throws {
        let names = try threeSegments(FeatureStore(directory: fixture.directory))
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        other.arguments = ["-s", fixture.url(names[1]).path, "sh", "-c", "echo locked; exec sleep 30"]
        let output = Pipe()
        other.standardOutput = output
        try other.run()
        defer { other.terminate() }
        _ = output.fileHandleForReading.availableData

        try FeatureStore(directory: fixture.directory, limitBytes: 1).evict()
        #expect(fixture.segmentNames == [names[1]])
    }

    @Test func aNewSegmentMakesRoomForItself() throws {
        let store = try FeatureStore(directory: fixture.directory, limitBytes: 3000)
        for round in 0..<6 {
            try fixture.fill(store, samples: round * 10..<round * 10 + 10)
            for name in fixture.segmentNames { try age(name, seconds: TimeInterval(1000 - round)) }
        }
        #expect(fixture.segmentNames.count < 6)
        // A limit looks at matrices before it knows the index, so the last segment may be over by that much.
        #expect(store.totalBytes() <= 3000 + 10 * 64 + 56)
        let last = try store.catalog(part: fixture.part, width: 8, keys: [fixture.key(55)])
        #expect(last.contains(fixture.key(55)))
    }

    @Test func damagedSegmentsCountAndGoFirst() throws {
        let names = try threeSegments(FeatureStore(directory: fixture.directory))
        let whole = try FeatureStore(directory: fixture.directory).totalBytes()
        let damaged = fixture.directory.appendingPathComponent("damaged")
        try FileManager.default.createDirectory(at: damaged, withIntermediateDirectories: true)
        try Data(count: 500).write(to: damaged.appendingPathComponent("x.features"))

        let roomy = try FeatureStore(directory: fixture.directory, limitBytes: whole + 500)
        #expect(roomy.totalBytes() == whole + 500)
        #expect(try roomy.evict() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: damaged.path) == ["x.features"])

        let tight = try FeatureStore(directory: fixture.directory, limitBytes: whole)
        #expect(try tight.evict() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: damaged.path) == [])
        #expect(Set(fixture.segmentNames) == Set(names))
    }

    @Test func leftoversOfACrashGoAndFilesBeingWrittenStay() throws {
        for name in ["crashed.features.partial", "fresh.features.partial", "writing.features.partial"] {
            try Data([1, 2, 3]).write(to: fixture.url(name))
        }
        try age("crashed.features.partial", seconds: 600)
        try age("writing.features.partial", seconds: 600)
        let descriptor = open(fixture.url("writing.features.partial").path, O_RDONLY)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_SH) == 0)
        _ = try FeatureStore(directory: fixture.directory)
        #expect(
            fixture.names(suffix: ".partial") == ["fresh.features.partial", "writing.features.partial"])
    }
}

extension FeatureStore {
    fileprivate static func bytes(_ fixture: FeatureCacheFixture) -> Int {
        (try? FeatureStore(directory: fixture.directory).totalBytes()) ?? 0
    }
}
