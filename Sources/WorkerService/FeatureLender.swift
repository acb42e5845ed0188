import FeatureCache
import WireProtocol

/// Answers other workers that ask for features of this host's cache. Works on a thread of its own: disks block.
actor FeatureLender {
    /// Keys in one question.
    static let keyLimit = 65_536
    /// Bytes of features in one answer, unless a single sample has more.
    static let answerBytes = 4 << 20
    /// Bytes of one sample's features at the most: more has no place in a message.
    private static let matrixLimit = 48 << 20
    /// After this without a question the segments are given back, so that they can be evicted.
    private static let idleTime = Duration.seconds(30)

    private let thread = DedicatedThread(name: "graft-lender")
    private let store: FeatureStore
    private var open: (part: FrozenPartIdentity, shelf: FeatureShelf)?
    private var questions = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(store: FeatureStore) { self.store = store }

    func answer(_ query: QueryFeatures) -> WireBody {
        guard let part = FrozenPartIdentity(digest: query.part),
            query.keys.count <= Self.keyLimit * FeatureKey.byteCount,
            let keys = FeatureKey.keys(in: query.keys)
        else {
            return .refusal(
                Refusal(
                    code: "bad-query",
                    message: "a question for features names its frozen part by 32 bytes and at most "
                        + "\(Self.keyLimit) samples by 32 bytes each"))
        }
        do {
            let shelf = try shelf(of: part, anew: !query.send)
            if query.send { return .featureRows(try rows(keys, on: shelf)) }
            return .featuresHeld(held(keys, on: shelf))
        } catch {
            return .refusal(Refusal(code: "file-system", message: "\(error)".withoutZeroBytes))
        }
    }

    /// - Parameter anew: whether to look at what has been stored since.
    private func shelf(of part: FrozenPartIdentity, anew: Bool) throws -> FeatureShelf {
        questions += 1
        let question = questions
        Task {
            try? await Task.sleep(for: Self.idleTime)
            closeUnlessAsked(since: question)
        }
        if !anew, let open, open.part == part { return open.shelf }
        open = nil
        let shelf = try store.shelf(part: part)
        open = (part, shelf)
        return shelf
    }

    private func closeUnlessAsked(since question: Int) {
        if questions == question { open = nil }
    }

    private func held(_ keys: [FeatureKey], on shelf: FeatureShelf) -> FeaturesHeld {
        var bits = [UInt8](repeating: 0, count: (keys.count + 7) / 8)
        for (place, key) in keys.enumerated() where shelf.contains(key) {
            bits[place / 8] |= 1 << (place % 8)
        }
        return FeaturesHeld(samples: shelf.count, held: bits)
    }

    private func rows(_ keys: [FeatureKey], on shelf: FeatureShelf) throws -> FeatureRows {
        var answer = FeatureRows()
        for key in keys {
            let bytes = shelf.byteCount(of: key) ?? 0
            guard answer.data.isEmpty || answer.data.count + bytes <= Self.answerBytes else { break }
            guard bytes <= Self.matrixLimit, let found = try shelf.features(of: key),
                answer.width == 0 || answer.width == found.width
            else {
                answer.rows.append(0)
                continue
            }
            answer.width = found.width
            answer.rows.append(found.rows)
            answer.checksums += found.checksum
            answer.data += found.bytes
        }
        return answer
    }
}
