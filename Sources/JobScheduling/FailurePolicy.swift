/// What a member's failure means for its job.
public enum FailurePolicy {
    /// Failures that lie with one host: the job may go on without it. All others are the job's own fault and
    /// would come back on any worker.
    public static let hostFaults: Set<String> = [
        "disk-full", "out-of-memory", "worker-stopping", "job-dropped", "cache-damaged", "blob-unavailable",
    ]

    /// Generations in a row that may lose a member before the job is given up.
    public static let maximumLosses = 3

    /// Codes compare with '-' and '_' alike.
    public static func isHostFault(_ failure: JobFailure) -> Bool {
        hostFaults.contains(String(failure.code.map { $0 == "_" ? "-" : $0 }))
    }
}
