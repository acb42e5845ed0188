import TrainingJobs

/// A job that waits for workers.
public struct WaitingJob: Sendable, Equatable {
    public var jobID: String
    public var submitter: String
    public var priority: Int
    /// When it was submitted, in any unit: older jobs of a submitter come first.
    public var submittedAt: Int
    /// For how long it has had no workers.
    public var waitedSeconds: Double
    public var range: WorkerRange
    public var laneCount: Int
    /// Kernel family that its members must be of; `nil`: any.
    public var requiredFamily: String?
    /// Workers that it goes without.
    public var excludedWorkerIDs: Set<String>
    /// Members that it had before the coordinator restarted and may soon have again: it does not start with
    /// fewer. 0: no reason to wait.
    public var expectedMembers: Int

    public init(
        jobID: String, submitter: String = "", priority: Int = 0, submittedAt: Int = 0,
        waitedSeconds: Double = 0, range: WorkerRange, laneCount: Int, requiredFamily: String? = nil,
        excludedWorkerIDs: Set<String> = [], expectedMembers: Int = 0
    ) {
        self.jobID = jobID
        self.submitter = submitter
        self.priority = priority
        self.submittedAt = submittedAt
        self.waitedSeconds = waitedSeconds
        self.range = range
        self.laneCount = laneCount
        self.requiredFamily = requiredFamily
        self.excludedWorkerIDs = excludedWorkerIDs
        self.expectedMembers = expectedMembers
    }
}

/// A worker that is there, free or not.
public struct LiveWorker: Sendable, Equatable {
    public var candidate: WorkerCandidate
    public var isFree: Bool
    /// It gets no work for now; never free.
    public var isDrained: Bool

    public init(candidate: WorkerCandidate, isFree: Bool, isDrained: Bool = false) {
        self.candidate = candidate
        self.isFree = isFree && !isDrained
        self.isDrained = isDrained
    }
}

/// One look at the whole cluster: who gets which workers, and who gives some up. A pure function; the rules are
/// `FairAllocation`'s.
public struct AssignmentRound: Sendable {
    public enum Decision: Sendable, Equatable {
        case assigned([MemberAssignment])
        case waiting(String)
        /// Even with all workers free it would be too few.
        case impossible(String)
    }

    /// Seconds of waiting that raise a job by one priority, up to the highest that any job has: nobody waits
    /// for ever.
    public static let secondsPerPriority = 600.0

    /// One for each waiting job, in their order.
    public private(set) var decisions: [(jobID: String, decision: Decision)] = []
    /// What running jobs give up at their segments' ends.
    public private(set) var concessions: [String: Concession] = [:]
    /// Free workers that running jobs may take in.
    public private(set) var joiners: [String: [WorkerCandidate]] = [:]

    /// - Parameters:
    ///   - waiting: in any order that is to be kept.
    ///   - use: what each submitter has used lately.
    ///   - timeSlice: see `Concession`.
    public init(
        waiting: [WaitingJob], running: [RunningJob] = [], workers: [LiveWorker],
        use: [String: Double] = [:], timeSlice: Double = Concession.timeSlice
    ) {
        let top = (waiting.map(\.priority) + running.map(\.priority)).max() ?? 0
        let claims =
            (waiting.map { (Self.claim($0, top), $0.submittedAt) }
            + running.map { (Self.claim($0, top), $0.submittedAt) }).enumerated()
            .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }.map(\.element.0)
        let allocation = FairAllocation(
            claims: claims, workers: workers.filter { !$0.isDrained }, use: use)
        let shares = Dictionary(zip(claims.map(\.jobID), allocation.granted)) { first, _ in first }
        var receivers: [String: WorkerClaim] = [:]
        for (claim, share) in zip(claims, allocation.granted) {
            for id in share { receivers[id] = claim }
        }
        decisions = waiting.map {
            ($0.jobID, Self.decision(for: $0, share: shares[$0.jobID] ?? [], workers, receivers))
        }
        for job in running {
            let share = shares[job.jobID] ?? []
            concessions[job.jobID] = Self.concession(
                of: Self.claim(job, top), share: share, receivers, timeSlice)
            joiners[job.jobID] = workers.filter {
                $0.isFree && share.contains($0.candidate.workerID)
                    && !job.memberIDs.contains($0.candidate.workerID)
            }.map(\.candidate)
        }
    }

    /// The decisions alone.
    public static func decide(
        jobs: [WaitingJob], workers: [LiveWorker]
    ) -> [(jobID: String, decision: Decision)] {
        AssignmentRound(waiting: jobs, workers: workers).decisions
    }

    private static func claim(_ job: some Claimant, _ top: Int) -> WorkerClaim {
        WorkerClaim(
            jobID: job.jobID, submitter: job.submitter,
            priority: raised(job.priority, by: job.waitedSeconds, top),
            minimum: max(1, min(job.range.minimum, job.laneCount)),
            maximum: max(1, min(job.range.maximum, job.laneCount)), family: job.claimedFamily,
            excludedWorkerIDs: job.excludedWorkerIDs, memberIDs: job.memberIDs)
    }

    private static func raised(_ priority: Int, by waited: Double, _ top: Int) -> Int {
        min(priority + Int(min(max(0, waited / secondsPerPriority), 1000)), top)
    }

    private static func decision(
        for job: WaitingJob, share: [String], _ workers: [LiveWorker], _ receivers: [String: WorkerClaim]
    ) -> Decision {
        func choose(_ candidates: [LiveWorker]) -> AssignmentOutcome {
            WorkerAssignment.choose(
                from: candidates.map(\.candidate), range: job.range, laneCount: job.laneCount,
                requiredFamily: job.requiredFamily)
        }
        let suitable = workers.filter { !job.excludedWorkerIDs.contains($0.candidate.workerID) }
        let free = suitable.filter(\.isFree)
        if case .assigned(let members) = choose(free.filter { share.contains($0.candidate.workerID) }) {
            guard members.count < job.expectedMembers else { return .assigned(members) }
            return .waiting(
                "waiting for its \(job.expectedMembers) workers to come back, \(members.count) are here")
        }
        guard case .waiting(let reason) = choose(free) else {
            let holder = free.compactMap { receivers[$0.candidate.workerID]?.jobID }.first
            return .waiting(holder.map { "waiting behind job \($0)" } ?? "waiting for its turn")
        }
        guard case .assigned = choose(suitable) else { return .impossible(reason) }
        return .waiting(reason)
    }

    private static func concession(
        of job: WorkerClaim, share: [String], _ receivers: [String: WorkerClaim], _ timeSlice: Double
    ) -> Concession? {
        let lost = job.memberIDs.filter { !share.contains($0) && receivers[$0] != nil }
        let takers = lost.compactMap { receivers[$0] }
        guard let first = takers.first else { return nil }
        let isUrgent = takers.contains { $0.priority > job.priority }
        let names = Set(takers.map(\.jobID)).sorted().joined(separator: ", ")
        // What is left would be too few to go on with.
        let givesAll = share.isEmpty
        return Concession(
            workerIDs: Set(givesAll ? job.memberIDs : lost),
            reason: "\(isUrgent ? "priority \(first.priority)" : "a fair share") for job \(names)",
            minimumSeconds: isUrgent || !givesAll ? nil : timeSlice)
    }
}
