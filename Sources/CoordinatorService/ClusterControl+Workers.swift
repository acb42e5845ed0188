import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Workers come, beat and go.
extension ClusterControl {
    func register(_ message: RegisterWorker, _ identity: [UInt8]) throws -> WireBody {
        for (field, value) in [
            ("worker_id", message.workerID), ("session_id", message.sessionID),
            ("peer_endpoint", message.peerEndpoint), ("kernel_family", message.kernelFamily),
        ] where value.isEmpty {
            throw CoordinatorError(code: .invalidWorker, message: "A worker registered without its \(field).")
        }
        let record = WorkerRecord(message, at: wallTime)
        let kind = registry.kind(of: record)
        guard kind != .outdated else {
            throw CoordinatorError(
                code: .sessionReplaced,
                message:
                    "Another process has registered as worker \(message.workerID). Two workers must not share a "
                    + "state directory: give this one its own.")
        }
        try store.save(record)
        if kind != .repeated, let assignment = registry[record.id]?.assignment {
            // Not there any more, or the loss would at once give it the next generation.
            registry[record.id]?.isLive = false
            try apply(
                .workerLost(workerID: record.id, .crash("its process was restarted")), to: assignment.jobID)
        }
        if kind != .repeated { commands.drop(workerID: record.id) }
        registry.register(record, identity: identity, at: now)
        if kind != .repeated {
            logger.info(
                "A worker registered",
                metadata: [
                    "worker": "\(record.name)", "host": "\(record.host)", "family": "\(record.kernelFamily)",
                ])
            warnOfLoopback(record)
            for id in jobs.keys { try apply(.workerRegistered(workerID: record.id), to: id) }
        }
        try schedule()
        return .workerRegistered(
            WorkerRegistered(
                coordinatorID: coordinatorID,
                heartbeatIntervalMilliseconds: configuration.heartbeatInterval.wholeMilliseconds,
                heartbeatTimeoutMilliseconds: configuration.heartbeatTimeout.wholeMilliseconds))
    }

    /// A worker that reached the coordinator on their common host advertises an address that means another
    /// host to workers elsewhere.
    private func warnOfLoopback(_ record: WorkerRecord) {
        let isLoopback = LoopbackEndpoint.isOne(record.peerEndpoint)
        for other in registry.sorted where other.isLive && other.record.id != record.id {
            guard LoopbackEndpoint.isOne(other.record.peerEndpoint) != isLoopback else { continue }
            let (local, remote) = isLoopback ? (record, other.record) : (other.record, record)
            let text =
                "Worker \(local.name) is at \(local.peerEndpoint), where worker \(remote.name) at "
                + "\(remote.peerEndpoint) cannot reach it: start it with --advertise, or with the coordinator's "
                + "network address"
            logger.warning("\(text)", metadata: ["worker": "\(local.name)"])
            return
        }
    }

    func heartbeat(_ message: Heartbeat, _ identity: [UInt8]) throws -> WireBody {
        guard var worker = registry[message.workerID], worker.isLive,
            worker.record.sessionID == message.sessionID
        else { return .heartbeatReply(HeartbeatReply(known: false)) }
        worker.identity = identity
        worker.heard(at: now)
        worker.isSuspect = false
        worker.activity = message.activity
        worker.progressDone = message.progressDone
        worker.progressTotal = message.progressTotal
        worker.cacheBytes = message.cacheBytes
        let isAstray = strays(worker, message)
        worker.strayingSince = isAstray ? worker.strayingSince ?? now : nil
        registry[message.workerID] = worker
        releaseForgotten(message, worker)
        if let since = worker.strayingSince, let assignment = worker.assignment,
            now - since > 3 * configuration.heartbeatTimeout.seconds
        {
            let failure = JobFailure(
                code: "job-dropped", message: "The worker took its part of the job but no longer works on it."
            )
            try apply(
                .report(
                    workerID: message.workerID, generation: assignment.generation,
                    .failed(failure, lostWorkerID: nil)),
                to: assignment.jobID)
        }
        return .heartbeatReply(HeartbeatReply(known: true))
    }

    func leave(_ message: LeaveCluster) throws -> WireBody {
        guard let worker = registry[message.workerID], worker.record.sessionID == message.sessionID else {
            return .acknowledged(Acknowledged())
        }
        try store.removeWorker(message.workerID)
        commands.drop(workerID: message.workerID)
        registry[message.workerID]?.isLive = false
        if let assignment = worker.assignment {
            try apply(.workerLost(workerID: message.workerID, .leave), to: assignment.jobID)
        }
        registry.remove(message.workerID)
        logger.info("A worker left", metadata: ["worker": "\(worker.record.name)"])
        try schedule()
        return .acknowledged(Acknowledged())
    }

    /// A worker that has been silent for too long.
    func lose(_ worker: WorkerRegistry.Worker) throws {
        let id = worker.record.id
        commands.drop(workerID: id)
        logger.warning("A worker is lost", metadata: ["worker": "\(worker.record.name)"])
        guard let assignment = worker.assignment else { return }
        let reason = "no sign of life for \(Int((now - worker.lastHeard) * 1000)) ms"
        try apply(.workerLost(workerID: id, .crash(reason)), to: assignment.jobID)
        registry[id]?.assignment = nil
    }

    func workerLog(_ message: WorkerLog) throws -> WireBody {
        let source = registry[message.workerID]?.record.name ?? message.workerID
        let line = LogRecord(
            time: wallTime, level: message.level.isEmpty ? "info" : String(message.level.prefix(16)),
            source: source,
            message: String(message.message.prefix(4096)))
        guard try store.job(message.jobID) != nil else { return .acknowledged(Acknowledged()) }
        try store.append([line], to: message.jobID)
        return .acknowledged(Acknowledged())
    }

    func listWorkers() -> WireBody {
        .workerList(WorkerList(workers: registry.sorted.map(summary)))
    }

    func summary(of worker: WorkerRegistry.Worker) -> WorkerSummary {
        WorkerSummary(
            workerID: worker.record.id, name: worker.record.name, host: worker.record.host,
            state: state(of: worker), cores: worker.record.cores, memoryBytes: worker.record.memoryBytes,
            peerEndpoint: worker.record.peerEndpoint, kernelFamily: worker.record.kernelFamily,
            jobID: worker.assignment?.jobID ?? "", activity: worker.isLive ? worker.activity : "",
            lastHeardMillisecondsAgo: Int((now - worker.lastHeard) * 1000), cacheBytes: worker.cacheBytes)
    }

    private func state(of worker: WorkerRegistry.Worker) -> String {
        let isBusy = worker.assignment != nil
        // Whoever empties a host wants to stop its workers: that they are gone then is no loss.
        if registry.isDrained(worker) { return isBusy ? "draining" : "drained" }
        return worker.isLive ? isBusy ? "busy" : "idle" : "lost"
    }

    /// A worker that has taken all of its commands, but does not say that it works on its job.
    private func strays(_ worker: WorkerRegistry.Worker, _ message: Heartbeat) -> Bool {
        guard let assignment = worker.assignment, message.jobID != assignment.jobID else { return false }
        return !commands.hasCommands(workerID: message.workerID)
    }

    /// A worker that works on what nobody wants of it any more, as after this coordinator's restart, or that holds
    /// the state of a job that has ended.
    private func releaseForgotten(_ message: Heartbeat, _ worker: WorkerRegistry.Worker) {
        if !message.heldJobID.isEmpty, jobs[message.heldJobID] == nil {
            // Of whatever generation: none follows.
            release(message.workerID, from: message.heldJobID, generation: 0)
        }
        guard !message.jobID.isEmpty else { return }
        if let assignment = worker.assignment, assignment.jobID == message.jobID,
            assignment.generation <= message.generation
        {
            return
        }
        release(message.workerID, from: message.jobID, generation: message.generation)
    }

    private func release(_ workerID: String, from jobID: String, generation: Int) {
        guard !commands.isReleasing(workerID: workerID, jobID: jobID) else { return }
        send(
            .releaseJob(ReleaseJob(jobID: jobID, generation: generation, hold: jobs[jobID] != nil)),
            to: workerID, jobID: jobID, generation: generation, isRelease: true)
    }
}
