import FeatureCache
import Foundation
import TensorKernels
import Testing

@Suite struct DamagedSegmentTests {
    let fixture: FeatureCacheFixture
    init() throws { fixture = try FeatureCacheFixture() }

    enum Damage: CaseIterable {
        case empty, cutInHalf, cutByOne, extended, matrixFlipped, indexFlipped, trailerFlipped

        func apply(to bytes: Data) -> Data {
            var bytes = bytes
            switch self {
            case .empty: return Data()
            case .cutInHalf: return bytes.prefix(bytes.count / 2)
            case .cutByOne: return bytes.dropLast()
            case .extended: return bytes + [0]
            case .matrixFlipped: bytes[5] ^= 0x40
            case .indexFlipped: bytes[bytes.count - 56 - 64 + 32] ^= 1
            case .trailerFlipped: bytes[bytes.count - 56 + 12] ^= 1
            }
            return bytes
        }
    }

    @Test(arguments: Damage.allCases)
    func damageIsReportedSetAsideAndRepaired(damage: Damage) throws {
        let store = try FeatureStore(directory: fixture.directory)
        try fixture.fill(store, samples: 0..<5)
        let name = try #require(fixture.segmentNames.first)
        try damage.apply(to: Data(contentsOf: fixture.url(name))).write(to: fixture.url(name))

        let keys = (0..<5).map(fixture.key)
        let catalog = try store.catalog(part: fixture.part, width: 8, keys: keys)
        #expect(catalog.damagedSegments.count == 1)
        #expect(catalog.damagedSegments.first?.reason.contains(name) == true)
        #expect(keys.allSatisfy { !catalog.contains($0) })
        #expect(fixture.segmentNames.isEmpty)
        #expect(
            FileManager.default.fileExists(atPath: fixture.url("damaged").appendingPathComponent(name).path))

        for sample in 0..<5 { try catalog.insert(keys[sample], features: fixture.features(sample)) }
        try catalog.flush()
        let again = try store.catalog(part: fixture.part, width: 8, keys: keys)
        #expect(again.damagedSegments.isEmpty)
        #expect(try again.gather(keys).features.scalars == (0..<5).flatMap { fixture.features($0).scalars })
    }

    @Test func damageToAMatrixOfNoInterestIsNotMet() throws {
        let store = try FeatureStore(directory: fixture.directory)
        try fixture.fill(store, samples: 0..<5)
        let url = fixture.url(try #require(fixture.segmentNames.first))
        try Damage.matrixFlipped.apply(to: Data(contentsOf: url)).write(to: url)
        let catalog = try store.catalog(part: fixture.part, width: 8, keys: [fixture.key(4)])
        #expect(catalog.contains(fixture.key(4)))
        #expect(catalog.damagedSegments.isEmpty)
    }
}
