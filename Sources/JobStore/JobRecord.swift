import TrainingJobs

/// One job as it is stored. JSON columns are opaque here: whoever wrote them reads them.
public struct JobRecord: Sendable, Equatable {
    public var id: String
    public var name: String
    public var submitter: String
    public var state: JobState
    /// Milliseconds since 1970, as all times here.
    public var createdAt: Int
    public var startedAt: Int?
    public var finishedAt: Int?
    public var specificationJSON: String
    /// Files that the job names, with their hashes.
    public var filesJSON: String
    /// Where training stands; `nil` until a generation has started.
    public var progressJSON: String?
    public var reportJSON: String?
    public var resultFilesJSON: String?
    /// What lists show of a job that has ended; `nil` before.
    public var summaryJSON: String?
    public var failureCode: String?
    /// The latest request that changed the job's course (pause, resume, retry): a repeat of it changes nothing.
    public var lastRequest: String?
    /// The failure's text, or what the job waits for. Holds no zero byte, whatever is written to it.
    public var message: String { didSet { message = StoredText.clean(message) } }

    public init(
        id: String, name: String, submitter: String = "", state: JobState = .uploading, createdAt: Int,
        startedAt: Int? = nil, finishedAt: Int? = nil, specificationJSON: String,
        filesJSON: String = "[]",
        progressJSON: String? = nil, reportJSON: String? = nil, resultFilesJSON: String? = nil,
        summaryJSON: String? = nil, failureCode: String? = nil, lastRequest: String? = nil,
        message: String = ""
    ) {
        self.id = id
        self.name = name
        self.submitter = submitter
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.specificationJSON = specificationJSON
        self.filesJSON = filesJSON
        self.progressJSON = progressJSON
        self.reportJSON = reportJSON
        self.resultFilesJSON = resultFilesJSON
        self.summaryJSON = summaryJSON
        self.failureCode = failureCode
        self.lastRequest = lastRequest
        self.message = StoredText.clean(message)
    }
}

/// What planning found in a job's data; written once.
public struct PlanRecord: Sendable, Equatable {
    public var planJSON: String
    public var shardsJSON: String

    public init(planJSON: String, shardsJSON: String) {
        self.planJSON = planJSON
        self.shardsJSON = shardsJSON
    }
}
