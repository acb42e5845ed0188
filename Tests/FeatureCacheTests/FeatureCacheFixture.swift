import FeatureCache
import Foundation
import TensorKernels

/// A cache directory of its own that goes away with the test.
final class FeatureCacheFixture {
    let directory: URL
    let part = FrozenPartIdentity(weights: "w", cut: "layer 6", preprocessing: "p", numerics: "n")

    init(in parent: URL = FileManager.default.temporaryDirectory) throws {
        directory = parent.appendingPathComponent("feature-cache-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var segmentNames: [String] { names(suffix: ".features") }

    func names(suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [])
            .filter { $0.hasSuffix(suffix) }.sorted()
    }

    func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

    func key(_ sample: Int) -> FeatureKey { part.key(forText: "text \(sample)") }

    /// A matrix that is the sample's own: its rows and values follow from its number.
    func features(_ sample: Int, width: Int = 8) -> Tensor {
        let rows = 1 + sample % 3
        return Tensor((0..<rows * width).map { Float(sample) + Float($0) / 64 }, shape: [rows, width])
    }

    /// Inserts samples and publishes them as one segment.
    func fill(_ store: FeatureStore, samples: Range<Int>, width: Int = 8) throws {
        let catalog = try store.catalog(part: part, width: width, keys: samples.map(key))
        for sample in samples { try catalog.insert(key(sample), features: features(sample, width: width)) }
        try catalog.flush()
    }
}
