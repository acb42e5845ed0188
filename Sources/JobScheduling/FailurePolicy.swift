/// What a member's failure means for its job.
public enum FailurePolicy {
    public enum Kind: Sendable, Equatable {
        /// The job's own: it would come back on any worker. Any code that is not known is taken as this.
        case job
        /// One host's: the job may go on without it.
        case host
        /// A connection's: the next generation may well do better, so only its repetition is fatal.
        case passing
    }

    /// Generations in a row that may lose a member before the job is given up.
    public static let maximumLosses = 3

    private static let hostCodes: Set<String> = [
        "disk-full", "file-system", "blob-file-system", "unreadable-blob", "damaged-segment", "job-dropped",
    ]
    private static let passingCodes: Set<String> = [
        "closed", "broken", "peer-silent", "coordinator-unreachable", "coordinator-disk-full", "out-of-order",
        // The coordinator learns of it too, and says by the next generation what it does without the file.
        "damaged-blob", "missing-blob",
    ]

    /// Codes compare with '-' and '_' alike.
    public static func kind(of failure: JobFailure) -> Kind {
        let code = String(failure.code.map { $0 == "_" ? "-" : $0 })
        if hostCodes.contains(code) { return .host }
        return passingCodes.contains(code) ? .passing : .job
    }
}
