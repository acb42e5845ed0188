import Collectives
import FeatureCache
import WireProtocol

extension JobMember {
    /// Fetches features that other members of the generation have in their caches: they were computed once, when a
    /// lane was theirs, or for another job. A member that does not answer, or answers nonsense, is passed over: what
    /// is not fetched is computed.
    ///
    /// - Parameter keys: those that this host's cache lacks.
    /// - Returns: how many were fetched.
    func fetchFeatures(
        _ keys: [FeatureKey], of part: FrozenPartIdentity, into catalog: FeatureCatalog
    ) async throws -> Int {
        guard !keys.isEmpty, let link else { return 0 }
        let offers = order.members.filter { $0.rank != order.rank }.map { member in
            FeatureOffer(part: part) { try await link.ask($0, rank: member.rank, patience: $1) }
        }
        let holdings = await holdings(of: offers, among: keys)
        try Task.checkCancellation()
        let shares = Self.shares(of: holdings)
        var fetched = 0
        try await withThrowingTaskGroup(of: (Int, FeatureOffer.Delivery?).self) { group in
            var rest = shares
            func askNext(_ number: Int) {
                guard let keys = rest[number], !keys.isEmpty else { return }
                let offer = offers[number]
                group.addTask { (number, try? await offer.deliver(keys)) }
            }
            for number in shares.keys { askNext(number) }
            while let (number, delivery) = try await group.next() {
                try Task.checkCancellation()
                guard let delivery else {
                    environment.logger.warning(
                        "a member's features could not be fetched; they are computed",
                        metadata: ["job": "\(order.jobID)"])
                    continue
                }
                for (key, stored) in delivery.features where try catalog.insert(key, stored: stored) {
                    fetched += 1
                }
                rest[number] = rest[number]?.dropFirst(delivery.answered)
                environment.board.advance(to: fetched, of: keys.count)
                askNext(number)
            }
        }
        // Only what is published counts as there.
        try catalog.flush()
        return fetched
    }

    /// What each member has of the keys, asked of all at once.
    private func holdings(of offers: [FeatureOffer], among keys: [FeatureKey]) async -> [Int: [FeatureKey]] {
        await withTaskGroup(of: (Int, [FeatureKey]).self) { group in
            for (number, offer) in offers.enumerated() {
                group.addTask { (number, (try? await offer.held(keys)) ?? []) }
            }
            var holdings: [Int: [FeatureKey]] = [:]
            for await (number, held) in group { holdings[number] = held }
            return holdings
        }
    }

    /// Each key at one member that has it, such that none has far more to send than another.
    private static func shares(of holdings: [Int: [FeatureKey]]) -> [Int: ArraySlice<FeatureKey>] {
        var holders: [FeatureKey: [Int]] = [:]
        for (number, keys) in holdings.sorted(by: { $0.key < $1.key }) {
            for key in keys { holders[key, default: []].append(number) }
        }
        var shares: [Int: [FeatureKey]] = [:]
        for (key, numbers) in holders {
            guard let least = numbers.min(by: { (shares[$0]?.count ?? 0) < (shares[$1]?.count ?? 0) }) else {
                continue
            }
            shares[least, default: []].append(key)
        }
        return shares.mapValues { $0[...] }
    }
}
