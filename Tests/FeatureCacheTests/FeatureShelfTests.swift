import FeatureCache
import Foundation
import TensorKernels
import Testing

/// Features on their way from one store to another.
@Suite struct FeatureShelfTests {
    let giver: FeatureCacheFixture
    let taker: FeatureCacheFixture

    init() throws {
        giver = try FeatureCacheFixture()
        taker = try FeatureCacheFixture()
    }

    @Test func whatOneStoreHasAnotherTakesBitForBit() throws {
        let store = try FeatureStore(directory: giver.directory)
        try giver.fill(store, samples: 0..<3)
        try giver.fill(store, samples: 3..<5)
        let other = FrozenPartIdentity(weights: "v", cut: "c", preprocessing: "p", numerics: "n")
        #expect(try store.shelf(part: other).count == 0)
        let shelf = try store.shelf(part: try #require(FrozenPartIdentity(digest: giver.part.digest)))
        #expect(shelf.count == 5 && shelf.contains(giver.key(4)) && !shelf.contains(giver.key(5)))
        #expect(shelf.byteCount(of: giver.key(1)) == giver.features(1).count * 4)
        #expect(try shelf.features(of: giver.key(5)) == nil)

        let catalog = try FeatureStore(directory: taker.directory)
            .catalog(part: taker.part, width: 8, keys: [])
        for sample in 0..<5 {
            let stored = try #require(try shelf.features(of: giver.key(sample)))
            #expect(try catalog.insert(giver.key(sample), stored: stored))
        }
        try catalog.flush()
        #expect(
            try catalog.gather((0..<5).map(giver.key)).features.scalars
                == (0..<5).flatMap { giver.features($0).scalars })
        #expect(taker.segmentNames.count == 1)
    }

    enum Damage: CaseIterable { case bit, checksum, rows, noRows, width, cut }

    @Test(arguments: Damage.allCases)
    func whatIsNotAsItWasWrittenIsNotTaken(damage: Damage) throws {
        let store = try FeatureStore(directory: giver.directory)
        try giver.fill(store, samples: 2..<3)
        var stored = try #require(try store.shelf(part: giver.part).features(of: giver.key(2)))
        #expect(stored.rows == 3 && stored.isIntact)
        switch damage {
        case .bit: stored.bytes[70] ^= 4
        case .checksum: stored.checksum[0] ^= 1
        case .rows: stored.rows = Int.max / 2
        case .noRows: stored.rows = 0
        case .width: (stored.width, stored.rows) = (24, 1)
        case .cut: stored.bytes.removeLast(4)
        }
        let catalog = try FeatureStore(directory: taker.directory)
            .catalog(part: taker.part, width: 8, keys: [])
        #expect(try !catalog.insert(giver.key(2), stored: stored))
        #expect(!catalog.contains(giver.key(2)))
    }

    @Test func aDamagedFileIsGivenAsItIsAndTold() throws {
        let store = try FeatureStore(directory: giver.directory)
        try giver.fill(store, samples: 0..<4)
        let url = giver.url(try #require(giver.segmentNames.first))
        var bytes = try Data(contentsOf: url)
        bytes[5] ^= 0x40
        try bytes.write(to: url)
        let shelf = try store.shelf(part: giver.part)
        #expect(try shelf.features(of: giver.key(0))?.isIntact == false)
        #expect(try shelf.features(of: giver.key(3))?.isIntact == true)
    }
}
