import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Hosts and workers that are emptied for maintenance.
extension ClusterControl {
    /// Takes a host or a worker out of service, or back into it, and answers with the workers concerned.
    func drain(_ message: DrainWorkers) throws -> WireBody {
        let target = message.target
        let isKnown = !registry.workers(named: target).isEmpty || registry.drains.contains(target)
        guard !target.isEmpty, target.utf8.count <= 256, isKnown else {
            throw CoordinatorError(
                code: .unknownWorker,
                message: "There is no host or worker \"\(target.prefix(80))\". `graft workers` lists them.")
        }
        if message.undo {
            try store.removeDrain(of: target)
            registry.drains.remove(target)
        } else {
            try store.addDrain(of: target, at: wallTime)
            registry.drains.insert(target)
        }
        logger.info(message.undo ? "Back in service" : "Out of service", metadata: ["target": "\(target)"])
        let workers = registry.workers(named: target)
        for jobID in Set(workers.compactMap(\.assignment?.jobID)).sorted() {
            try apply(.drained(registry.drainedMembers(of: jobID)), to: jobID)
        }
        try schedule()
        return .workerList(WorkerList(workers: registry.workers(named: target).map(summary)))
    }
}
