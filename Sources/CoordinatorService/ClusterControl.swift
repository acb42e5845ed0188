import ContentStore
import Foundation
import JobScheduling
import JobStore
import Logging
import TrainingJobs
import WireProtocol

/// The coordinator's state and its decisions: jobs, workers and the commands between them.
///
/// An actor on a thread of its own. Every entry point runs from start to end without an `await`: the store is
/// written synchronously, messages are only queued, so no other event can slip in between. A change is in the
/// store before it is acted upon or acknowledged; where the store refuses, memory stays as it was and the
/// sender, unanswered, repeats itself.
actor ClusterControl {
    let configuration: CoordinatorConfiguration
    let store: JobStore
    let blobs: BlobStore
    let transfers: BlobTransfers
    let outbox: PeerOutbox
    let logger: Logger
    let coordinatorID: String

    var registry = WorkerRegistry()
    var commands = CommandOutbox()
    /// Jobs that have not ended, by id.
    var jobs: [String: ActiveJob] = [:]
    /// Until then jobs from before a restart wait for all of their workers; monotonic seconds.
    var reunionEnds = 0.0
    /// When the clock last ticked; monotonic seconds.
    private var lastTick: Double?
    /// What submitters have used lately; begins anew with the coordinator.
    var ledger = ShareLedger()
    var lastCharge = 0.0
    /// See `schedule`.
    var isInRound = false
    var wantsRound = false

    private let executor = BlockingExecutor(label: "graft.control")
    private let start = ContinuousClock.now
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        configuration: CoordinatorConfiguration, store: JobStore, transfers: BlobTransfers, blobs: BlobStore,
        outbox: PeerOutbox, logger: Logger
    ) throws {
        self.configuration = configuration
        self.store = store
        self.blobs = blobs
        self.transfers = transfers
        self.outbox = outbox
        self.logger = logger
        coordinatorID = try store.coordinatorID(orAdopt: UUID().uuidString)
    }

    /// Monotonic seconds since this object began.
    var now: Double { (ContinuousClock.now - start).seconds }

    /// Milliseconds since 1970, for people and the store.
    var wallTime: Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// Takes in one envelope and returns its answer; `nil` where there is none to give.
    func receive(_ envelope: Envelope, from identity: [UInt8]) -> WireBody? {
        do {
            return try answer(envelope, from: identity)
        } catch let error as CoordinatorError {
            return .refusal(Refusal(code: error.code.name, message: error.message))
        } catch let error as JobStoreError where ![.unavailable, .busy].contains(error.code) {
            return .refusal(Refusal(code: error.code.name, message: error.message))
        } catch let error as JobStoreError where error.code == .unavailable && envelope.body.isClientRequest {
            // Nothing has changed. People are told; workers ask again until there is room.
            return .refusal(Refusal(code: error.code.name, message: error.message))
        } catch {
            // Nothing has changed; the sender asks again, perhaps when the disk has room.
            logger.error("A request could not be stored", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func answer(_ envelope: Envelope, from identity: [UInt8]) throws -> WireBody? {
        switch envelope.body {
        case .acknowledged:
            _ = commands.acknowledge(envelope.requestID)
            return nil
        case .refusal(let refusal):
            try commandRefused(envelope.requestID, refusal)
            return nil
        case .registerWorker(let message): return try register(message, identity)
        case .heartbeat(let message): return try heartbeat(message, identity)
        case .leaveCluster(let message): return try leave(message)
        case .workerLog(let message): return try workerLog(message)
        case .submitJob(let message): return try submit(message)
        case .listJobs(let message): return try listJobs(message)
        case .getJob(let message): return try jobDetail(message.jobID)
        case .getJobLog(let message): return try jobLog(message)
        case .cancelJob(let message): return try cancel(message.jobID)
        case .pauseJob(let message): return try pause(message.jobID, request: envelope.requestID)
        case .resumeJob(let message): return try resume(message.jobID, request: envelope.requestID)
        case .retryJob(let message): return try retry(message.jobID, request: envelope.requestID)
        case .listWorkers: return listWorkers()
        case .drainWorkers(let message): return try drain(message)
        case let body:
            guard let report = AddressedReport(body) else {
                throw CoordinatorError(
                    code: .unexpectedMessage, message: "A coordinator does not take this message.")
            }
            return try take(report)
        }
    }

    /// What time brings: lost workers, commands to repeat, jobs that can start.
    func tick() {
        excuseDelay()
        do {
            for worker in registry.expire(at: now, timeout: configuration.heartbeatTimeout.seconds) {
                try lose(worker)
            }
            for command in commands.due(at: now, after: configuration.commandRetryInterval.seconds) {
                transmit(command)
            }
            planAgain()
            chargeSubmitters()
            try schedule()
        } catch {
            logger.error("The clock's work could not be stored", metadata: ["error": "\(error)"])
        }
    }

    /// A disk or a plan that held this actor up also held up the heartbeats behind it.
    private func excuseDelay() {
        defer { lastTick = now }
        guard let lastTick else { return }
        let late = now - lastTick - configuration.heartbeatTimeout.seconds / 10
        if late > 0 { registry.excuse(seconds: late, at: now) }
    }

    /// Sends a command to a worker, and again until it is acknowledged.
    func send(_ body: WireBody, to workerID: String, jobID: String, generation: Int, isRelease: Bool = false)
    {
        let command = CommandOutbox.Command(
            requestID: UUID().uuidString, workerID: workerID, jobID: jobID, generation: generation,
            isRelease: isRelease, body: body, lastSent: now)
        commands.add(command)
        transmit(command)
    }

    private func transmit(_ command: CommandOutbox.Command) {
        guard let identity = registry[command.workerID]?.identity else { return }
        outbox.send(Envelope(requestID: command.requestID, body: command.body), to: identity)
    }
}

extension WireBody {
    /// Whether a person waits for the answer.
    fileprivate var isClientRequest: Bool {
        switch self {
        case .submitJob, .listJobs, .getJob, .getJobLog, .cancelJob, .pauseJob, .resumeJob, .retryJob,
            .listWorkers, .drainWorkers:
            true
        default: false
        }
    }
}
