/// The job's id is the client's choice, so that a repeat is the same job. A job whose blobs are not all
/// there is `uploading`; the client uploads what is missing and sends the same SubmitJob again.
public struct SubmitJob: Sendable, Equatable, WireMessage {
    public var jobID: String
    /// JobSpecification, canonical JSON.
    public var specificationJSON: String
    public var files: [FileReference]
    /// User@host, for people.
    public var submitter: String

    public init(
        jobID: String = "", specificationJSON: String = "", files: [FileReference] = [],
        submitter: String = ""
    ) {
        self.jobID = jobID
        self.specificationJSON = specificationJSON
        self.files = files
        self.submitter = submitter
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("specification_json", &specificationJSON)
        visitor.field("files", &files)
        visitor.field("submitter", &submitter)
    }
}

/// The job is stored; what is missing before it can run.
public struct JobSubmitted: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var state: String
    /// SHA-256 of blobs still to be uploaded.
    public var missing: [String]

    public init(jobID: String = "", state: String = "", missing: [String] = []) {
        self.jobID = jobID
        self.state = state
        self.missing = missing
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("state", &state)
        visitor.field("missing", &missing)
    }
}

/// Asks for one job in full.
public struct GetJob: Sendable, Equatable, WireMessage {
    public var jobID: String

    public init(jobID: String = "") {
        self.jobID = jobID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
    }
}

/// One job in full.
public struct JobDetail: Sendable, Equatable, WireMessage {
    public var summary: JobSummary?
    public var specificationJSON: String
    /// JobReport; "{}" until there is something to report.
    public var reportJSON: String
    public var resultFiles: [FileReference]
    public var workerIDs: [String]

    public init(
        summary: JobSummary? = nil, specificationJSON: String = "", reportJSON: String = "",
        resultFiles: [FileReference] = [], workerIDs: [String] = []
    ) {
        self.summary = summary
        self.specificationJSON = specificationJSON
        self.reportJSON = reportJSON
        self.resultFiles = resultFiles
        self.workerIDs = workerIDs
    }

    init() { self.init(summary: nil) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("summary", &summary)
        visitor.field("specification_json", &specificationJSON)
        visitor.field("report_json", &reportJSON)
        visitor.field("result_files", &resultFiles)
        visitor.field("worker_ids", &workerIDs)
    }
}

/// Ends a job early.
public struct CancelJob: Sendable, Equatable, WireMessage {
    public var jobID: String

    public init(jobID: String = "") {
        self.jobID = jobID
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
    }
}
