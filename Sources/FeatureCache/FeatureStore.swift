import Foundation

/// Features of samples at a frozen cut, on disk, by content: computed once, used by every job, run and worker
/// process of the host that has the same frozen part and the same texts.
///
/// Files are immutable segments (`FeatureSegmentFormat`), written under a temporary name and renamed. Several
/// processes may share the directory: readers hold a shared lock on what they have mapped, and eviction
/// passes over whatever is locked.
public struct FeatureStore: Sendable {
    /// A segment that was not what had been written; it has been moved to `damaged/` and its features will be
    /// computed again.
    public struct DamagedSegment: Sendable, Equatable {
        public let path: String
        public let reason: String
    }

    static let segmentExtension = "features"
    private static let lockPatience = Duration.seconds(5)

    public let directory: URL
    /// Bytes that all segments may take, damaged ones included; `nil`: as many as they like.
    public let limitBytes: Int?
    /// Bytes after which a job's writer begins another segment.
    let segmentBytes: Int
    /// Bytes of features that a job may keep in memory where the disk is full.
    let memoryLimitBytes: Int

    /// - Parameters:
    ///   - memoryLimitBytes: of features that cannot be written; `nil`: an eighth of the host's memory.
    /// - Throws: `FeatureCacheError` where the directory cannot be made.
    public init(
        directory: URL, limitBytes: Int? = nil, segmentBytes: Int = 64 << 20, memoryLimitBytes: Int? = nil
    ) throws {
        self.directory = directory
        self.limitBytes = limitBytes
        self.segmentBytes = segmentBytes
        self.memoryLimitBytes = memoryLimitBytes ?? Int(ProcessInfo.processInfo.physicalMemory / 8)
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw FeatureCacheError(
                .fileSystem, "cannot make the feature cache \(directory.path): \(error)", path: directory.path
            )
        }
        removeLeftovers()
    }

    /// Looks up the features of a job's samples. Every matrix found is read once and compared with its
    /// checksum, so that damage shows here and not in the middle of training.
    ///
    /// - Parameters:
    ///   - part: the frozen part that the features come from.
    ///   - width: columns of every matrix.
    ///   - keys: the samples of the job on this worker; nothing else is kept in memory.
    public func catalog(part: FrozenPartIdentity, width: Int, keys: some Sequence<FeatureKey>) throws
        -> FeatureCatalog
    {
        let catalog = FeatureCatalog(store: self, part: part, width: width)
        var wanted = Set(keys)
        for url in try segmentURLs(prefix: part.filePrefix) where !wanted.isEmpty {
            do {
                guard let segment = try FeatureSegment(url: url) else { continue }
                let found = try catalog.adopt(segment, wanted: wanted)
                wanted.subtract(found)
                if !found.isEmpty { touch(url) }
            } catch let error as FeatureCacheError where error.code == .damagedSegment {
                catalog.noteDamage(setAside(url, reason: error.message))
            }
        }
        return catalog
    }

    /// Bytes of all segments in the directory, damaged ones included.
    public func totalBytes() -> Int {
        ((try? segments()) ?? []).reduce(0) { $0 + $1.bytes } + damagedFiles().reduce(0) { $0 + $1.bytes }
    }

    /// Removes damaged segments, then the least recently used ones, until `incoming` more bytes are within the
    /// limit. Segments that a running job has mapped, here or in another process, stay.
    ///
    /// - Returns: bytes beyond the limit that could not be freed.
    @discardableResult
    public func evict(incoming: Int = 0) throws -> Int {
        guard let limitBytes else { return 0 }
        // Whoever holds it is making room too.
        guard
            let evictionLock = try FileLock.waitForLock(
                directory.appendingPathComponent("eviction.lock"), .exclusive, patience: Self.lockPatience)
        else { return 0 }
        defer { withExtendedLifetime(evictionLock) {} }
        let present =
            damagedFiles() + (try segments().sorted { ($0.used, $0.url.path) < ($1.used, $1.url.path) })
        var excess = present.reduce(incoming) { $0 + $1.bytes } - limitBytes
        for segment in present where excess > 0 {
            guard let lock = FileLock.tryLock(segment.url, .exclusive) else { continue }
            if unlink(segment.url.path) == 0 { excess -= segment.bytes }
            withExtendedLifetime(lock) {}
        }
        return max(0, excess)
    }

    func newSegmentURL(part: FrozenPartIdentity) -> URL {
        directory.appendingPathComponent("\(part.filePrefix)-\(UUID().uuidString).\(Self.segmentExtension)")
    }

    func setAside(_ url: URL, reason: String) -> DamagedSegment {
        let damaged = damagedDirectory
        let destination = damaged.appendingPathComponent(url.lastPathComponent)
        do {
            try FileManager.default.createDirectory(at: damaged, withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: url, to: destination)
            return DamagedSegment(path: destination.path, reason: reason)
        } catch {
            // Another process may have been faster; where it is still here, it must not be met again.
            try? FileManager.default.removeItem(at: url)
            return DamagedSegment(path: url.path, reason: reason)
        }
    }

    // MARK: - Files

    private struct SegmentFile {
        var url: URL
        var bytes: Int
        var used: Date
    }

    private var damagedDirectory: URL { directory.appendingPathComponent("damaged", isDirectory: true) }

    func segmentURLs(prefix: String) throws -> [URL] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory.path)
                .filter { $0.hasPrefix(prefix) && $0.hasSuffix("." + Self.segmentExtension) }
                .sorted()
                .map { directory.appendingPathComponent($0) }
        } catch {
            throw FeatureCacheError(
                .fileSystem, "cannot read the feature cache \(directory.path): \(error)", path: directory.path
            )
        }
    }

    private func segments() throws -> [SegmentFile] {
        try segmentURLs(prefix: "").compactMap(file)
    }

    private func damagedFiles() -> [SegmentFile] {
        ((try? FileManager.default.contentsOfDirectory(atPath: damagedDirectory.path)) ?? [])
            .compactMap { file(damagedDirectory.appendingPathComponent($0)) }
    }

    private func file(_ url: URL) -> SegmentFile? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            let bytes = attributes[.size] as? Int, let used = attributes[.modificationDate] as? Date
        else { return nil }
        return SegmentFile(url: url, bytes: bytes, used: used)
    }

    /// The modification time is the time of last use: access times are off on many file systems.
    private func touch(_ url: URL) {
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: url.path)
    }

    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        for name in names where name.hasSuffix("." + FeatureSegmentWriter.temporaryExtension) {
            let url = directory.appendingPathComponent(name)
            // A writer takes its lock right after it creates the file; give a fresh one time for that.
            let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
            guard let changed = attributes?[.modificationDate] as? Date, changed.timeIntervalSinceNow < -60,
                FileLock.tryLock(url, .exclusive) != nil
            else { continue }
            try? FileManager.default.removeItem(at: url)
        }
    }
}
