import Foundation
import TensorKernels

/// One job's view of the store: where each of its samples' features lie, and the writer of new ones. It maps
/// the segments it uses and keeps them from eviction; it belongs to one isolation domain.
public final class FeatureCatalog {
    private struct Location {
        var segment: Int
        var offset: Int
        var rows: Int
    }

    private let store: FeatureStore
    private let part: FrozenPartIdentity
    private var segments: [FeatureSegment] = []
    private var locations: [FeatureKey: Location] = [:]
    private var writer: FeatureSegmentWriter?
    private var keysBeingWritten: Set<FeatureKey> = []
    /// What could not be written.
    private var kept: [FeatureKey: Tensor] = [:]
    private var keptBytes = 0

    /// Columns of every matrix.
    public let width: Int
    /// Segments that were found damaged and set aside.
    public private(set) var damagedSegments: [FeatureStore.DamagedSegment] = []
    /// Why features are kept in this process's memory alone, and not written any more: a full disk. `nil` while all
    /// is well.
    public private(set) var storingProblem: FeatureCacheError?

    init(store: FeatureStore, part: FrozenPartIdentity, width: Int) {
        self.store = store
        self.part = part
        self.width = width
    }

    /// Whether a sample's features can be copied out.
    public func contains(_ key: FeatureKey) -> Bool { locations[key] != nil || kept[key] != nil }

    /// Bytes of the features that this job found or wrote.
    public var featureBytes: Int { locations.values.reduce(0) { $0 + $1.rows } * width * 4 + keptBytes }

    /// Writes a sample's features. They can be copied out after `flush()`. A key that is there already is
    /// left alone: equal keys have equal features. Where the disk takes no more they stay in memory, see
    /// `storingProblem`.
    ///
    /// - Parameter features: rows × width.
    /// - Throws: `FeatureCacheError`; `.diskFull` and `.fileSystem`, which name the directory and leave no partial
    ///   file, only once memory has no room either.
    public func insert(_ key: FeatureKey, features: Tensor) throws {
        guard features.shape.count == 2, features.shape[1] == width else {
            throw FeatureCacheError(
                .wrongShape, "features of shape \(features.shape) where the job's have \(width) columns")
        }
        guard !contains(key), keysBeingWritten.insert(key).inserted else { return }
        if let storingProblem { return try keep(key, features, because: storingProblem) }
        do {
            let writer =
                try self.writer
                ?? FeatureSegmentWriter(destination: store.newSegmentURL(part: part), width: width)
            self.writer = writer
            try writer.append(key, matrix: features.littleEndianBytes, rows: features.shape[0])
        } catch {
            try keepInMemory(after: error)
            if !contains(key) { try keep(key, features, because: error) }
            return
        }
        if let writer, writer.dataBytes >= store.segmentBytes { try flush() }
    }

    /// Takes over features that another store has written, unless they are damaged or of another shape.
    ///
    /// - Returns: whether they were taken.
    /// - Throws: as `insert(_:features:)`.
    public func insert(_ key: FeatureKey, stored: StoredFeatures) throws -> Bool {
        guard stored.width == width, stored.isIntact else { return false }
        let matrix = try Tensor(littleEndianBytes: stored.bytes, shape: [stored.rows, width])
        try insert(key, features: matrix)
        return true
    }

    /// Publishes what was inserted, for this job and for every other, and makes room by the store's limit.
    public func flush() throws {
        guard let writer else { return }
        do {
            try store.evict(incoming: writer.dataBytes)
            let url = try writer.publish()
            guard let segment = try FeatureSegment(url: url) else {
                throw FeatureCacheError(.fileSystem, "feature segment \(url.path) went away", path: url.path)
            }
            register(segment, entries: segment.entries)
        } catch {
            try keepInMemory(after: error)
        }
        abandonWriter()
    }

    /// Takes back what the writer could not publish; from then on nothing is written.
    private func keepInMemory(after error: any Error) throws {
        defer { abandonWriter() }
        guard let problem = error as? FeatureCacheError, [.diskFull, .fileSystem].contains(problem.code)
        else { throw error }
        storingProblem = problem
        for entry in writer?.entries ?? [] {
            guard let bytes = writer?.matrix(of: entry) else { throw problem }
            let matrix = try Tensor(littleEndianBytes: bytes, shape: [entry.rows, width])
            try keep(entry.key, matrix, because: problem)
        }
    }

    private func keep(_ key: FeatureKey, _ features: Tensor, because error: any Error) throws {
        let bytes = features.count * 4
        guard keptBytes + bytes <= store.memoryLimitBytes else { throw error }
        // A copy: the caller's may be part of a larger one that would stay with it.
        kept[key] = features.copy()
        keptBytes += bytes
    }

    /// The features of several samples, one below the other.
    ///
    /// - Returns: a matrix of the samples' rows, and the number of rows of each.
    public func gather(_ keys: [FeatureKey]) throws -> (features: Tensor, rows: [Int]) {
        let rows = try keys.map { key in
            guard let rows = locations[key]?.rows ?? kept[key]?.shape[0] else {
                throw FeatureCacheError(
                    .missingFeatures,
                    "the features of a sample are not in the cache \(store.directory.path); extract them again",
                    path: store.directory.path)
            }
            return rows
        }
        let features = Tensor.zeros([rows.reduce(0, +), width])
        var row = 0
        for (key, count) in zip(keys, rows) {
            if let location = locations[key] {
                try segments[location.segment].copy(
                    offset: location.offset, rows: count, into: features, row: row)
            } else if let matrix = kept[key] {
                features.rows(row..<row + count).assign(matrix)
            }
            row += count
        }
        return (features, rows)
    }

    // MARK: - For the store

    /// Takes over the wanted matrices of a segment. Where one of them is damaged the segment is set aside, and
    /// what was intact in it counts as missing too.
    func adopt(_ segment: FeatureSegment, wanted: Set<FeatureKey>) throws -> Set<FeatureKey> {
        guard segment.width == width else {
            throw FeatureCacheError.damaged(
                segment.url.path, "its matrices have \(segment.width) columns, the frozen part gives \(width)"
            )
        }
        let found = segment.entries.filter { wanted.contains($0.key) && locations[$0.key] == nil }
        for entry in found where try !segment.isIntact(entry) {
            throw FeatureCacheError.damaged(segment.url.path, "the checksum of a matrix does not agree")
        }
        if !found.isEmpty { register(segment, entries: found) }
        return Set(found.map(\.key))
    }

    func noteDamage(_ damage: FeatureStore.DamagedSegment) { damagedSegments.append(damage) }

    private func register(_ segment: FeatureSegment, entries: [FeatureSegmentFormat.Entry]) {
        segments.append(segment)
        for entry in entries {
            locations[entry.key] = Location(
                segment: segments.count - 1, offset: entry.offset, rows: entry.rows)
        }
    }

    private func abandonWriter() {
        writer = nil
        keysBeingWritten.removeAll()
    }
}
