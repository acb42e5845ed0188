import FeatureCache
import WireProtocol

/// What another member's cache can give, and how to get it. Everything that comes from it is checked.
struct FeatureOffer: Sendable {
    /// The answer to one question for features: those that came whole, and how many keys it dealt with.
    struct Delivery: Sendable {
        var features: [(key: FeatureKey, stored: StoredFeatures)] = []
        var answered = 0
    }

    /// Keys asked for at a time: an answer rarely holds more.
    private static let keysPerQuestion = 4096
    private static let patience = RequestPatience(timeout: .seconds(3), deadline: .seconds(15))

    let part: FrozenPartIdentity
    let ask: @Sendable (WireBody, RequestPatience) async throws -> WireBody

    /// Those of the keys that the member has.
    func held(_ keys: [FeatureKey]) async throws -> [FeatureKey] {
        // On a cold start this one question is all that is asked.
        guard try await held(slice: []).samples > 0 else { return [] }
        var found: [FeatureKey] = []
        for start in stride(from: 0, to: keys.count, by: FeatureLender.keyLimit) {
            let slice = keys[start..<min(keys.count, start + FeatureLender.keyLimit)]
            let bits = try await held(slice: slice).held
            guard bits.count == (slice.count + 7) / 8 else { throw nonsense("which features it has") }
            for (place, key) in slice.enumerated() where bits[place / 8] >> (place % 8) & 1 == 1 {
                found.append(key)
            }
        }
        return found
    }

    private func held(slice: ArraySlice<FeatureKey>) async throws -> FeaturesHeld {
        let query = QueryFeatures(part: part.digest, keys: slice.flatMap(\.bytes))
        guard case .featuresHeld(let answer) = try await ask(.queryFeatures(query), Self.patience) else {
            throw nonsense("which features it has")
        }
        return answer
    }

    /// Features of the first of these keys. What is damaged, or not there any more, is left out.
    func deliver(_ keys: ArraySlice<FeatureKey>) async throws -> Delivery {
        let wanted = Array(keys.prefix(Self.keysPerQuestion))
        let query = QueryFeatures(part: part.digest, keys: wanted.flatMap(\.bytes), send: true)
        guard case .featureRows(let answer) = try await ask(.queryFeatures(query), Self.patience),
            !answer.rows.isEmpty, answer.rows.count <= wanted.count
        else { throw nonsense("features") }
        var delivery = Delivery(answered: answer.rows.count)
        var (start, checksumStart) = (0, 0)
        for (key, rows) in zip(wanted, answer.rows) where rows > 0 {
            let (size, overflow) = rows.multipliedReportingOverflow(by: answer.width)
            let checksumEnd = checksumStart + StoredFeatures.checksumBytes
            guard !overflow, size <= (answer.data.count - start) / 4, checksumEnd <= answer.checksums.count
            else { throw nonsense("features") }
            let stored = StoredFeatures(
                rows: rows, width: answer.width, bytes: Array(answer.data[start..<start + size * 4]),
                checksum: Array(answer.checksums[checksumStart..<checksumEnd]))
            if stored.isIntact { delivery.features.append((key, stored)) }
            start += size * 4
            checksumStart = checksumEnd
        }
        return delivery
    }

    private func nonsense(_ what: String) -> WorkerError {
        WorkerError(.badContent, "a member answered a question for \(what) with something else")
    }
}
