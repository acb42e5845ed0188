import TrainingJobs

/// A job that waits for workers.
public struct WaitingJob: Sendable, Equatable {
    public var jobID: String
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
        jobID: String, range: WorkerRange, laneCount: Int, requiredFamily: String? = nil,
        excludedWorkerIDs: Set<String> = [], expectedMembers: Int = 0
    ) {
        self.jobID = jobID
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

    public init(candidate: WorkerCandidate, isFree: Bool) {
        self.candidate = candidate
        self.isFree = isFree
    }
}

/// One look at the queue: who gets which workers.
///
/// Older jobs come first. One that waits for workers which the cluster has, though busy, holds back younger
/// ones, or a stream of small jobs would starve it; one that the cluster could not serve at all does not.
public enum AssignmentRound {
    public enum Decision: Sendable, Equatable {
        case assigned([MemberAssignment])
        case waiting(String)
        /// Even with all workers free it would be too few.
        case impossible(String)
    }

    /// - Parameter jobs: oldest first.
    /// - Returns: one decision for each job, in order.
    public static func decide(
        jobs: [WaitingJob], workers: [LiveWorker]
    ) -> [(jobID: String, decision: Decision)] {
        var taken: Set<String> = []
        var holder: String?
        return jobs.map { job in
            if let holder { return (job.jobID, .waiting("waiting behind job \(holder)")) }
            let suitable = workers.filter { !job.excludedWorkerIDs.contains($0.candidate.workerID) }
            let free = suitable.filter { $0.isFree && !taken.contains($0.candidate.workerID) }
            let outcome = choose(for: job, from: free)
            switch outcome {
            case .assigned(let members):
                taken.formUnion(members.map(\.workerID))
                return (job.jobID, .assigned(members))
            case .waiting(let reason):
                if couldServe(job, suitable) {
                    holder = job.jobID
                    return (job.jobID, .waiting(reason))
                }
                return (job.jobID, .impossible(reason))
            }
        }
    }

    private static func choose(for job: WaitingJob, from free: [LiveWorker]) -> AssignmentOutcome {
        let outcome = WorkerAssignment.choose(
            from: free.map(\.candidate), range: job.range, laneCount: job.laneCount,
            requiredFamily: job.requiredFamily)
        if case .assigned(let members) = outcome, members.count < job.expectedMembers {
            return .waiting(
                "waiting for its \(job.expectedMembers) workers to come back, \(members.count) are here")
        }
        return outcome
    }

    private static func couldServe(_ job: WaitingJob, _ suitable: [LiveWorker]) -> Bool {
        let all = WorkerAssignment.choose(
            from: suitable.map(\.candidate), range: job.range, laneCount: job.laneCount,
            requiredFamily: job.requiredFamily)
        if case .assigned = all { return true }
        return false
    }
}
