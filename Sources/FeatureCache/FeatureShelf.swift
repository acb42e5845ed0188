/// All features of one frozen part that lie in the store, open for whoever asks for some of them. It maps the
/// segments and keeps them from eviction; it belongs to one isolation domain.
public final class FeatureShelf {
    private let segments: [FeatureSegment]
    private let places: [FeatureKey: (segment: Int, entry: Int)]

    /// Samples whose features are there.
    public var count: Int { places.count }

    init(segments: [FeatureSegment]) {
        self.segments = segments
        var places: [FeatureKey: (segment: Int, entry: Int)] = [:]
        for (number, segment) in segments.enumerated() {
            for (place, entry) in segment.entries.enumerated() { places[entry.key] = (number, place) }
        }
        self.places = places
    }

    public func contains(_ key: FeatureKey) -> Bool { places[key] != nil }

    /// Bytes of a sample's features; `nil` where there are none.
    public func byteCount(of key: FeatureKey) -> Int? {
        places[key].map { segments[$0.segment].entries[$0.entry].rows * segments[$0.segment].width * 4 }
    }

    /// A sample's features as the file has them; whether that is what was written is for the receiver to judge.
    /// `nil` where there are none.
    public func features(of key: FeatureKey) throws -> StoredFeatures? {
        guard let place = places[key] else { return nil }
        let segment = segments[place.segment]
        let entry = segment.entries[place.entry]
        return StoredFeatures(
            rows: entry.rows, width: segment.width, bytes: try segment.bytes(of: entry),
            checksum: entry.checksum)
    }
}

extension FeatureStore {
    /// Opens the features of a frozen part as they lie there now. Damaged segments are passed over.
    public func shelf(part: FrozenPartIdentity) throws -> FeatureShelf {
        FeatureShelf(
            segments: try segmentURLs(prefix: part.filePrefix).compactMap { try? FeatureSegment(url: $0) })
    }
}
