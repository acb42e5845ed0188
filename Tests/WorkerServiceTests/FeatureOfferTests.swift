import FeatureCache
import Foundation
import TensorKernels
import Testing
import WireProtocol

@testable import WorkerService

/// What one worker asks another for features, and what it makes of the answers.
@Suite struct FeatureOfferTests {
    static let part = FrozenPartIdentity(weights: "w", cut: "c", preprocessing: "p", numerics: "n")
    static let width = 300

    private static func key(_ number: Int) -> FeatureKey { part.key(forText: "text \(number)") }

    private static func features(_ number: Int) -> Tensor {
        Tensor((0..<2 * width).map { Float(number) + Float($0) / 1024 }, shape: [2, width])
    }

    /// A store with so many samples, and who lends them.
    private func lender(samples: Int) throws -> (FeatureLender, URL) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "offer-\(UUID().uuidString)")
        let store = try FeatureStore(directory: folder)
        let catalog = try store.catalog(part: Self.part, width: Self.width, keys: [])
        for number in 0..<samples { try catalog.insert(Self.key(number), features: Self.features(number)) }
        try catalog.flush()
        return (FeatureLender(store: store), folder)
    }

    @Test func allThatIsThereComesInAnswersOfLimitedSize() async throws {
        let (lender, folder) = try lender(samples: 2500)
        defer { try? FileManager.default.removeItem(at: folder) }
        let offer = FeatureOffer(part: Self.part) { question, _ in
            guard case .queryFeatures(let query) = question else { return .acknowledged(Acknowledged()) }
            return await lender.answer(query)
        }
        let keys = (0..<2600).map(Self.key)
        let held = try await offer.held(keys)
        #expect(held == Array(keys.prefix(2500)))
        var rest = held[...]
        var answers = 0
        var features: [FeatureKey: StoredFeatures] = [:]
        while !rest.isEmpty {
            let delivery = try await offer.deliver(rest)
            #expect(delivery.features.reduce(0) { $0 + $1.stored.bytes.count } <= FeatureLender.answerBytes)
            for (key, stored) in delivery.features { features[key] = stored }
            rest = rest.dropFirst(delivery.answered)
            answers += 1
        }
        // 2500 samples of 2400 bytes in answers of 4 MiB.
        #expect(answers == 2 && features.count == 2500)
        #expect(features[Self.key(7)]?.bytes == Self.features(7).littleEndianBytes)
        // What is not there is answered, too, or the asker would ask for ever.
        let none = try await offer.deliver([Self.key(-1), Self.key(3), Self.key(-2)])
        #expect(none.answered == 3 && none.features.map(\.key) == [Self.key(3)])
    }

    @Test func aColdClusterIsAskedOneQuestionEach() async throws {
        let (lender, folder) = try lender(samples: 0)
        defer { try? FileManager.default.removeItem(at: folder) }
        let asked = Counter()
        let offer = FeatureOffer(part: Self.part) { question, _ in
            await asked.count(bytes: (try? Envelope(body: question).encode().count) ?? 0)
            guard case .queryFeatures(let query) = question else { return .acknowledged(Acknowledged()) }
            return await lender.answer(query)
        }
        #expect(try await offer.held((0..<1000).map(Self.key)).isEmpty)
        #expect(await asked.questions == 1)
        #expect(await asked.bytes < 200)
    }

    static let nonsense: [WireBody] = [
        .acknowledged(Acknowledged()),
        .featureRows(FeatureRows()),
        .featureRows(FeatureRows(width: 4, rows: [1, 1, 1])),
        .featureRows(FeatureRows(width: Int(UInt32.max), rows: [Int(UInt32.max)], data: [0, 0, 0, 0])),
        .featureRows(
            FeatureRows(
                width: 4, rows: [1, 1], checksums: [UInt8](repeating: 0, count: 16),
                data: [UInt8](repeating: 0, count: 32))),
    ]

    @Test(arguments: nonsense)
    func nonsenseIsAnErrorAndNotACrash(answer: WireBody) async throws {
        let offer = FeatureOffer(part: Self.part) { _, _ in answer }
        await #expect(throws: WorkerError.self) {
            _ = try await offer.deliver([Self.key(0), Self.key(1)])
        }
        await #expect(throws: WorkerError.self) { _ = try await offer.held([Self.key(0)]) }
    }

    @Test func aQuestionThatIsNoneIsRefused() async throws {
        let (lender, folder) = try lender(samples: 1)
        defer { try? FileManager.default.removeItem(at: folder) }
        for query in [
            QueryFeatures(part: [1], keys: []),
            QueryFeatures(part: Self.part.digest, keys: [UInt8](repeating: 0, count: 33)),
            QueryFeatures(
                part: Self.part.digest,
                keys: [UInt8](repeating: 0, count: (FeatureLender.keyLimit + 1) * FeatureKey.byteCount)),
        ] {
            guard case .refusal(let refusal) = await lender.answer(query) else {
                Issue.record("it was answered")
                continue
            }
            #expect(refusal.code == "bad-query")
        }
    }
}

private actor Counter {
    private(set) var questions = 0
    private(set) var bytes = 0

    func count(bytes: Int) {
        questions += 1
        self.bytes += bytes
    }
}
