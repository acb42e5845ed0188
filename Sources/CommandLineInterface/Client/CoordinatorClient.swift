import TrainingJobs
import WireProtocol
import ZeroMQMessaging

/// The coordinator's services as functions, over one connection.
///
/// Every function throws `RequestError` where the coordinator does not answer, and `RefusedError` where it does
/// not do what was asked.
struct CoordinatorClient: Sendable {
    /// For requests that the coordinator answers after it has hashed a large file.
    private static let hashingTime = Duration.seconds(300)

    private let channel: RequestChannel

    var endpoint: String { channel.endpoint }

    /// Connects, runs `body`, and closes the connection however it ends.
    static func with<Result>(
        _ endpoint: String, timeout: Duration, _ body: (CoordinatorClient) async throws -> Result
    ) async throws -> Result {
        let messaging = try MessagingContext()
        do {
            let connection = try await messaging.connectDealer(to: endpoint)
            let patience = RequestPatience(timeout: min(.seconds(3), timeout), deadline: timeout)
            let channel = RequestChannel(connection: connection, patience: patience)
            let result = try await body(CoordinatorClient(channel: channel))
            await channel.close()
            await messaging.shutdown()
            return result
        } catch {
            await messaging.shutdown()
            throw error
        }
    }

    /// - Parameter isUploaded: All files were sent before, so that the coordinator is there, if perhaps busy.
    func submit(_ job: SubmitJob, isUploaded: Bool = false) async throws -> JobSubmitted {
        let reply = try await channel.request(.submitJob(job), patience: isUploaded ? Self.patience : nil)
        guard case .jobSubmitted(let submitted) = reply else { throw unexpected(reply, to: "SubmitJob") }
        return submitted
    }

    /// - Parameter limit: The latest so many; `nil`: all.
    func jobs(limit: Int? = nil) async throws -> [JobSummary] {
        let reply = try await channel.request(.listJobs(ListJobs(limit: limit ?? 0)))
        guard case .jobList(let list) = reply else { throw unexpected(reply, to: "ListJobs") }
        return list.jobs
    }

    /// A job in short, which costs the coordinator little however often it is asked.
    func summary(of jobID: String) async throws -> JobSummary {
        let reply = try await channel.request(.listJobs(ListJobs(jobID: jobID)))
        guard case .jobList(let list) = reply, let job = list.jobs.first(where: { $0.jobID == jobID }) else {
            throw unexpected(reply, to: "ListJobs")
        }
        return job
    }

    func job(_ jobID: String) async throws -> JobDetail {
        let reply = try await channel.request(.getJob(GetJob(jobID: jobID)))
        guard case .jobDetail(let detail) = reply else { throw unexpected(reply, to: "GetJob") }
        return detail
    }

    func log(of jobID: String, after sequence: Int, limit: Int = 500) async throws -> JobLog {
        let reply = try await channel.request(
            .getJobLog(GetJobLog(jobID: jobID, afterSequence: sequence, limit: limit)))
        guard case .jobLog(let log) = reply else { throw unexpected(reply, to: "GetJobLog") }
        return log
    }

    func cancel(_ jobID: String) async throws {
        try await change(.cancelJob(CancelJob(jobID: jobID)), named: "CancelJob")
    }

    func pause(_ jobID: String) async throws {
        try await change(.pauseJob(PauseJob(jobID: jobID)), named: "PauseJob")
    }

    func resume(_ jobID: String) async throws {
        try await change(.resumeJob(ResumeJob(jobID: jobID)), named: "ResumeJob")
    }

    func retry(_ jobID: String) async throws {
        try await change(.retryJob(RetryJob(jobID: jobID)), named: "RetryJob")
    }

    func workers() async throws -> [WorkerSummary] {
        let reply = try await channel.request(.listWorkers(ListWorkers()))
        guard case .workerList(let list) = reply else { throw unexpected(reply, to: "ListWorkers") }
        return list.workers
    }

    /// - Returns: The workers concerned.
    func drain(_ target: String, undo: Bool) async throws -> [WorkerSummary] {
        let reply = try await channel.request(.drainWorkers(DrainWorkers(target: target, undo: undo)))
        guard case .workerList(let list) = reply else { throw unexpected(reply, to: "DrainWorkers") }
        return list.workers
    }

    func put(_ chunk: PutBlobChunk) async throws -> BlobChunkStored {
        let reply = try await channel.request(.putBlobChunk(chunk), patience: Self.patience)
        guard case .blobChunkStored(let stored) = reply else { throw unexpected(reply, to: "PutBlobChunk") }
        return stored
    }

    func get(_ chunk: GetBlobChunk) async throws -> BlobChunk {
        let reply = try await channel.request(.getBlobChunk(chunk))
        guard case .blobChunk(let data) = reply else { throw unexpected(reply, to: "GetBlobChunk") }
        return data
    }

    /// Repeats of a chunk would only queue up behind the hashing that they wait for.
    static let patience = RequestPatience(timeout: .seconds(30), deadline: hashingTime)

    /// Asks for something that the coordinator acknowledges and no more.
    private func change(_ request: WireBody, named name: String) async throws {
        let reply = try await channel.request(request)
        guard case .acknowledged = reply else { throw unexpected(reply, to: name) }
    }

    private func unexpected(_ reply: WireBody, to request: String) -> RequestError {
        RequestError.unexpectedReply(reply, to: request, endpoint: endpoint)
    }
}
