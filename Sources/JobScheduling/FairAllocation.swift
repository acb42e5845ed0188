import TrainingJobs

/// What one job, waiting or running, may ask of the cluster; see `FairAllocation`.
struct WorkerClaim: Sendable, Equatable {
    var jobID: String
    var submitter: String
    /// Already raised by the time that the job has waited.
    var priority: Int
    /// Fewer are of no use to it.
    var minimum: Int
    var maximum: Int
    /// `nil`: any.
    var family: String?
    var excludedWorkerIDs: Set<String>
    /// Its members, by rank; empty while it waits.
    var memberIDs: [String]
}

/// Which workers each job should have: a pure function of who claims, what there is, and what submitters have
/// used lately.
///
/// Priorities go from high to low. Within one, every submitter's first job gets its minimum, the submitter first
/// that has used least; then the others' workers go one by one to whoever has fewest (max-min fairness in whole
/// workers). A job keeps the workers that it has before it takes others; it takes free ones before it shrinks
/// other jobs towards their minimum, and displaces a job only for a first job's minimum.
struct FairAllocation {
    /// From nearest to dearest.
    private enum Cost: Int { case own, free, surplus, unknown, lowerPriority, equal }

    private let claims: [WorkerClaim]
    private let workers: [String: LiveWorker]
    private let use: [String: Double]
    private let owners: [String: Int]
    /// Members that a running job cannot do without.
    private let needed: Set<String>
    private let servable: [Bool]
    private var pool: Set<String>
    private var families: [String?]
    /// For each claim, in its order.
    private(set) var granted: [[String]]

    /// - Parameters:
    ///   - claims: oldest first.
    ///   - workers: those that may be given work.
    ///   - use: each submitter's, in any unit.
    init(claims: [WorkerClaim], workers: [LiveWorker], use: [String: Double]) {
        self.claims = claims
        self.use = use
        self.workers = Dictionary(workers.map { ($0.candidate.workerID, $0) }) { first, _ in first }
        var owners: [String: Int] = [:]
        for (index, claim) in claims.enumerated() {
            for id in claim.memberIDs { owners[id] = index }
        }
        self.owners = owners
        needed = Set(claims.flatMap { $0.memberIDs.prefix($0.minimum) })
        servable = claims.map { claim in
            let suitable = workers.filter { Self.suits($0, claim, claim.family) }
            let counts = Dictionary(grouping: suitable, by: \.candidate.kernelFamily).values.map(\.count)
            return (counts.max() ?? 0) >= claim.minimum
        }
        pool = Set(self.workers.keys)
        families = claims.map(\.family)
        granted = [[String]](repeating: [], count: claims.count)
        for priority in Set(claims.map(\.priority)).sorted(by: >) { allocate(priority) }
    }

    private mutating func allocate(_ priority: Int) {
        let level = claims.indices.filter { claims[$0].priority == priority }
        let bySubmitter = Dictionary(grouping: level) { claims[$0].submitter }
        var active = bySubmitter.keys.sorted { (use[$0] ?? 0, $0) < (use[$1] ?? 0, $1) }
        for submitter in active {
            let own = (bySubmitter[submitter] ?? []).filter { servable[$0] }
            // A job of one's own is never displaced by the next.
            guard let first = own.first(where: { !claims[$0].memberIDs.isEmpty }) ?? own.first else {
                continue
            }
            admit(first, upTo: .equal)
        }
        while !active.isEmpty {
            func standing(_ submitter: String) -> (Int, Int) {
                let own = bySubmitter[submitter] ?? []
                let keeps = own.contains { claims[$0].memberIDs.contains(where: pool.contains) }
                return (own.reduce(0) { $0 + granted[$1].count }, keeps ? 0 : 1)
            }
            // The first of equals: the one that has used least.
            guard let next = active.min(by: { standing($0) < standing($1) }) else { return }
            if !extend(bySubmitter[next] ?? []) { active.removeAll { $0 == next } }
        }
    }

    /// Gives one more worker, or a waiting job's minimum, to one submitter's jobs; false where it can take none.
    private mutating func extend(_ own: [Int]) -> Bool {
        for index in own where !granted[index].isEmpty && hasRoom(index) {
            if let worker = candidates(for: index, upTo: .own).first { return give([worker], to: index) }
        }
        // A job that starts takes what it can use before the next one does.
        for index in own where !granted[index].isEmpty && claims[index].memberIDs.isEmpty && hasRoom(index) {
            if let worker = candidates(for: index, upTo: .surplus).first { return give([worker], to: index) }
        }
        for index in own where granted[index].isEmpty && !claims[index].memberIDs.isEmpty {
            if admit(index, upTo: .own) { return true }
        }
        for index in own where granted[index].isEmpty && claims[index].memberIDs.isEmpty && servable[index] {
            // One that waits holds back what is younger, or a stream of small jobs would starve it.
            return admit(index, upTo: .surplus)
        }
        for index in own where !granted[index].isEmpty && hasRoom(index) {
            if let worker = candidates(for: index, upTo: .surplus).first { return give([worker], to: index) }
        }
        return false
    }

    private func hasRoom(_ index: Int) -> Bool { granted[index].count < claims[index].maximum }

    @discardableResult
    private mutating func admit(_ index: Int, upTo limit: Cost) -> Bool {
        let found = candidates(for: index, upTo: limit)
        guard found.count >= claims[index].minimum else { return false }
        return give(Array(found.prefix(claims[index].minimum)), to: index)
    }

    private mutating func give(_ ids: [String], to index: Int) -> Bool {
        pool.subtract(ids)
        granted[index] += ids
        families[index] = families[index] ?? ids.first.flatMap { workers[$0]?.candidate.kernelFamily }
        return true
    }

    /// Workers of one kernel family that the claim could have, cheapest first.
    private func candidates(for index: Int, upTo limit: Cost) -> [String] {
        let found = pool.compactMap { id -> (id: String, cost: Int, place: Int, family: String)? in
            guard let worker = workers[id], Self.suits(worker, claims[index], families[index]) else {
                return nil
            }
            let cost = cost(of: worker, to: index)
            return cost.rawValue <= limit.rawValue
                ? (id, cost.rawValue, place(of: id, for: index), worker.candidate.kernelFamily) : nil
        }
        let choices = Dictionary(grouping: found, by: \.family).map { family, members in
            (
                family: family,
                members: members.sorted { ($0.cost, $0.place, $0.id) < ($1.cost, $1.place, $1.id) }
            )
        }
        // Most free ones first, then most at all; of equals the first by name, so that the choice is stable.
        func rank(_ choice: (family: String, members: [(id: String, cost: Int, place: Int, family: String)]))
            -> (
                Int, Int, String
            )
        {
            let free = choice.members.count { $0.cost <= Cost.free.rawValue }
            return (-min(free, claims[index].minimum), -choice.members.count, choice.family)
        }
        return choices.min { rank($0) < rank($1) }?.members.map(\.id) ?? []
    }

    /// Of its own members the first come first; of others', the last.
    private func place(of id: String, for index: Int) -> Int {
        guard let owner = owners[id] else { return 0 }
        let rank = claims[owner].memberIDs.firstIndex(of: id) ?? 0
        return owner == index ? rank : -rank
    }

    private func cost(of worker: LiveWorker, to index: Int) -> Cost {
        let id = worker.candidate.workerID
        guard let owner = owners[id] else { return worker.isFree ? .free : .unknown }
        if owner == index { return .own }
        guard needed.contains(id) else { return .surplus }
        return claims[owner].priority < claims[index].priority ? .lowerPriority : .equal
    }

    private static func suits(_ worker: LiveWorker, _ claim: WorkerClaim, _ family: String?) -> Bool {
        !claim.excludedWorkerIDs.contains(worker.candidate.workerID)
            && (family == nil || worker.candidate.kernelFamily == family)
    }
}
