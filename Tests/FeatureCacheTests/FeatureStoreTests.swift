import FeatureCache
import Foundation
import TensorKernels
import Testing

@Suite struct FeatureStoreTests {
    let fixture: FeatureCacheFixture
    init() throws { fixture = try FeatureCacheFixture() }

    @Test func featuresComeBackBitForBitInAnyOrder() throws {
        let store = try FeatureStore(directory: fixture.directory, segmentBytes: 500)
        try fixture.fill(store, samples: 0..<40)
        #expect(fixture.segmentNames.count > 1)

        let catalog = try FeatureStore(directory: fixture.directory)
            .catalog(part: fixture.part, width: 8, keys: (0..<41).map(fixture.key))
        #expect(!catalog.contains(fixture.key(40)))
        let order = [39, 0, 17, 17, 3]
        let (features, rows) = try catalog.gather(order.map(fixture.key))
        #expect(rows == order.map { 1 + $0 % 3 })
        #expect(features.scalars == order.flatMap { fixture.features($0).scalars })
        #expect(catalog.damagedSegments.isEmpty)
    }

    @Test func aCatalogHoldsNothingButTheJobsSamples() throws {
        let store = try FeatureStore(directory: fixture.directory)
        try fixture.fill(store, samples: 0..<10)
        let catalog = try store.catalog(part: fixture.part, width: 8, keys: [fixture.key(4)])
        #expect(catalog.contains(fixture.key(4)))
        #expect(!catalog.contains(fixture.key(5)))
        #expect(throws: FeatureCacheError.self) { try catalog.gather([fixture.key(5)]) }
    }

    @Test(arguments: [
        FrozenPartIdentity(weights: "other", cut: "layer 6", preprocessing: "p", numerics: "n"),
        FrozenPartIdentity(weights: "w", cut: "layer 5", preprocessing: "p", numerics: "n"),
        FrozenPartIdentity(weights: "w", cut: "layer 6", preprocessing: "q", numerics: "n"),
        FrozenPartIdentity(weights: "w", cut: "layer 6", preprocessing: "p", numerics: "m"),
        FrozenPartIdentity(weights: "wl", cut: "ayer 6", preprocessing: "p", numerics: "n"),
    ])
    func anotherFrozenPartSharesNothing(other: FrozenPartIdentity) throws {
        let store = try FeatureStore(directory: fixture.directory)
        try fixture.fill(store, samples: 0..<3)
        let key = other.key(forText: "text 1")
        #expect(key != fixture.key(1))
        #expect(try !store.catalog(part: other, width: 8, keys: [key]).contains(key))
    }

    @Test func featuresOfAnotherWidthAreRefused() throws {
        let catalog = try FeatureStore(directory: fixture.directory)
            .catalog(part: fixture.part, width: 8, keys: [])
        let error = #expect(throws: FeatureCacheError.self) {
            try catalog.insert(fixture.key(0), features: Tensor.zeros([1, 7]))
        }
        #expect(error?.code == .wrongShape)
    }

    @Test func twoWritersOfTheSameSamplesDoNotDisturbEachOther() async throws {
        let directory = fixture.directory
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let store = try FeatureStore(
                        directory: directory, limitBytes: 1 << 20, segmentBytes: 2000)
                    let part = FrozenPartIdentity(weights: "w", cut: "c", preprocessing: "p", numerics: "n")
                    let keys = (0..<200).map { part.key(forText: "\($0)") }
                    let catalog = try store.catalog(part: part, width: 4, keys: keys)
                    for (index, key) in keys.enumerated() {
                        try catalog.insert(key, features: Tensor([Float(index), 1, 2, 3], shape: [1, 4]))
                    }
                    try catalog.flush()
                    let (features, _) = try catalog.gather(keys)
                    #expect(features.scalars == (0..<200).flatMap { [Float($0), 1, 2, 3] })
                }
            }
            try await group.waitForAll()
        }
    }
}
