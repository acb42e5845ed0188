import TrainingJobs

/// What a claim to workers is made of, alike for jobs that wait and jobs that run.
protocol Claimant {
    var jobID: String { get }
    var submitter: String { get }
    var priority: Int { get }
    var waitedSeconds: Double { get }
    var range: WorkerRange { get }
    var laneCount: Int { get }
    /// Kernel family that workers must be of; `nil`: any.
    var claimedFamily: String? { get }
    var excludedWorkerIDs: Set<String> { get }
    /// Members that it has, by rank.
    var memberIDs: [String] { get }
}

extension WaitingJob: Claimant {
    var claimedFamily: String? { requiredFamily }
    var memberIDs: [String] { [] }
}

extension RunningJob: Claimant {
    var claimedFamily: String? { kernelFamily }
}
