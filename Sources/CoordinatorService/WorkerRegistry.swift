import JobScheduling
import JobStore
import WireProtocol

/// The workers that the coordinator knows, and what they were last heard to do.
struct WorkerRegistry: Sendable {
    struct Assignment: Sendable, Equatable {
        var jobID: String
        var generation: Int
    }

    struct Worker: Sendable {
        var record: WorkerRecord
        /// ZeroMQ identity of its connection; `nil` until it has registered with this coordinator.
        var identity: [UInt8]?
        /// Monotonic seconds.
        var lastHeard: Double
        /// Between its heartbeats.
        var heartbeatIntervals = AdaptiveTimeout()
        var isLive: Bool
        /// A peer says that it is gone: not assigned before it has been heard from again.
        var isSuspect = false
        var assignment: Assignment?
        /// Since when its heartbeats do not name the assigned job although it has taken its commands.
        var strayingSince: Double?
        var activity = ""
        var progressDone = 0
        var progressTotal = 0
        var cacheBytes = 0

        mutating func heard(at now: Double) {
            heartbeatIntervals.record(seconds: now - lastHeard)
            lastHeard = now
        }

        /// Seconds of silence after which it counts as lost. One whose heartbeats come as a clock is missed sooner
        /// than one whose heartbeats never did, but none before half the configured time.
        func silenceLimit(timeout: Double) -> Double {
            heartbeatIntervals.value(
                unmeasured: .seconds(timeout), margin: 3, within: .seconds(timeout / 2)...(.seconds(timeout))
            ).seconds
        }

        var candidate: WorkerCandidate {
            WorkerCandidate(
                workerID: record.id, name: record.name, endpoint: record.peerEndpoint,
                kernelFamily: record.kernelFamily)
        }
    }

    enum Registration: Sendable, Equatable {
        case fresh
        /// The same process again.
        case repeated
        /// A new process of a worker that was taken to be there; what the old one did is lost.
        case restarted
        /// The session of a process that another one has replaced.
        case outdated
    }

    private(set) var workers: [String: Worker] = [:]
    private var replacedSessions: Set<String> = []
    /// Hosts and workers, by name or id, that get no work.
    var drains: Set<String> = []

    subscript(id: String) -> Worker? {
        get { workers[id] }
        set { workers[id] = newValue }
    }

    /// All, by id.
    var sorted: [Worker] { workers.values.sorted { $0.record.id < $1.record.id } }

    func isDrained(_ worker: Worker) -> Bool {
        !drains.isDisjoint(with: [worker.record.host, worker.record.name, worker.record.id])
    }

    /// Whether it can be given work.
    func isFree(_ worker: Worker) -> Bool {
        worker.isLive && !worker.isSuspect && worker.assignment == nil && !isDrained(worker)
    }

    /// All that `target` names: a host, or a worker's name or id.
    func workers(named target: String) -> [Worker] {
        sorted.filter { [$0.record.host, $0.record.name, $0.record.id].contains(target) }
    }

    /// A job's members that are to be let go.
    func drainedMembers(of jobID: String) -> Set<String> {
        Set(sorted.filter { $0.assignment?.jobID == jobID && isDrained($0) }.map(\.record.id))
    }

    /// Workers known from earlier: lost until they register.
    mutating func restore(_ records: [WorkerRecord], at now: Double) {
        for record in records { workers[record.id] = Worker(record: record, lastHeard: now, isLive: false) }
    }

    /// What a registration would be, before it is accepted.
    func kind(of record: WorkerRecord) -> Registration {
        if replacedSessions.contains(record.sessionID) { return .outdated }
        guard let known = workers[record.id], known.isLive else { return .fresh }
        return known.record.sessionID == record.sessionID ? .repeated : .restarted
    }

    mutating func register(_ record: WorkerRecord, identity: [UInt8], at now: Double) {
        if let known = workers[record.id], known.record.sessionID != record.sessionID {
            replacedSessions.insert(known.record.sessionID)
        }
        var worker = workers[record.id] ?? Worker(record: record, lastHeard: now, isLive: true)
        if worker.record.sessionID != record.sessionID || !worker.isLive {
            worker = Worker(record: record, lastHeard: now, isLive: true)
        }
        worker.record = record
        worker.identity = identity
        worker.lastHeard = now
        worker.isSuspect = false
        workers[record.id] = worker
    }

    mutating func remove(_ id: String) {
        workers[id] = nil
    }

    /// Gives every worker time that the coordinator itself was held up for: what they said then is not read yet.
    mutating func excuse(seconds: Double, at now: Double) {
        for (id, worker) in workers { workers[id]?.lastHeard = min(now, worker.lastHeard + seconds) }
    }

    /// Marks those as lost that have been silent for longer than is usual for them, or than `timeout`, and returns
    /// them; also those that are lost already but still assigned, as where the loss could not be stored.
    mutating func expire(at now: Double, timeout: Double) -> [Worker] {
        let expired = sorted.filter {
            $0.isLive ? now - $0.lastHeard > $0.silenceLimit(timeout: timeout) : $0.assignment != nil
        }
        for worker in expired { workers[worker.record.id]?.isLive = false }
        return expired
    }

    /// Frees whoever is assigned to a job.
    mutating func release(jobID: String) {
        for id in workers.keys where workers[id]?.assignment?.jobID == jobID {
            workers[id]?.assignment = nil
            workers[id]?.strayingSince = nil
        }
    }
}
