/// What a member's failure means for its job.
public enum FailurePolicy {
    /// Failures that lie with one host: the job may go on without it. All others are the job's own fault and
    /// would come back on any worker.
    public static let hostFaults: Set<String> = [
        "disk_full", "out_of_memory", "worker_stopping", "job_dropped", "cache_damaged", "blob_unavailable",
    ]

    /// Generations in a row that may lose a member before the job is given up.
    public static let maximumLosses = 3

    public static func isHostFault(_ failure: JobFailure) -> Bool { hostFaults.contains(failure.code) }
}
