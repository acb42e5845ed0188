/// Asks for jobs, in short.
public struct ListJobs: Sendable, Equatable, WireMessage {
    /// The latest so many; 0: all.
    public var limit: Int
    /// This one alone; empty: any.
    public var jobID: String

    public init(limit: Int = 0, jobID: String = "") {
        self.limit = limit
        self.jobID = jobID
    }

    init() { self.init(limit: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("limit", &limit)
        visitor.field("job_id", &jobID)
    }
}

/// Jobs in short, the oldest first.
public struct JobList: Sendable, Equatable, WireMessage {
    public var jobs: [JobSummary]

    public init(jobs: [JobSummary] = []) {
        self.jobs = jobs
    }

    init() { self.init(jobs: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("jobs", &jobs)
    }
}

/// One job, in short.
public struct JobSummary: Sendable, Equatable, WireMessage {
    public var jobID: String
    public var name: String
    /// Uploading, queued, preparing, extracting, training, evaluating, exporting, done, failed, cancelled.
    public var state: String
    public var submitter: String
    public var createdAtMilliseconds: Int
    /// 0: not yet.
    public var startedAtMilliseconds: Int
    /// 0: not yet.
    public var finishedAtMilliseconds: Int
    public var workers: Int
    public var progressDone: Int
    public var progressTotal: Int
    /// Samples, steps.
    public var progressUnit: String
    /// The first task's metric on the latest evaluation.
    public var metricName: String
    public var metricValue: Double
    /// The failure's text, or what the job waits for.
    public var message: String

    public init(
        jobID: String = "", name: String = "", state: String = "", submitter: String = "",
        createdAtMilliseconds: Int = 0, startedAtMilliseconds: Int = 0, finishedAtMilliseconds: Int = 0,
        workers: Int = 0, progressDone: Int = 0, progressTotal: Int = 0, progressUnit: String = "",
        metricName: String = "", metricValue: Double = 0, message: String = ""
    ) {
        self.jobID = jobID
        self.name = name
        self.state = state
        self.submitter = submitter
        self.createdAtMilliseconds = createdAtMilliseconds
        self.startedAtMilliseconds = startedAtMilliseconds
        self.finishedAtMilliseconds = finishedAtMilliseconds
        self.workers = workers
        self.progressDone = progressDone
        self.progressTotal = progressTotal
        self.progressUnit = progressUnit
        self.metricName = metricName
        self.metricValue = metricValue
        self.message = message
    }

    init() { self.init(jobID: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("job_id", &jobID)
        visitor.field("name", &name)
        visitor.field("state", &state)
        visitor.field("submitter", &submitter)
        visitor.field("created_at_milliseconds", &createdAtMilliseconds)
        visitor.field("started_at_milliseconds", &startedAtMilliseconds)
        visitor.field("finished_at_milliseconds", &finishedAtMilliseconds)
        visitor.field("workers", &workers)
        visitor.field("progress_done", &progressDone)
        visitor.field("progress_total", &progressTotal)
        visitor.field("progress_unit", &progressUnit)
        visitor.field("metric_name", &metricName)
        visitor.field("metric_value", &metricValue)
        visitor.field("message", &message)
    }
}
