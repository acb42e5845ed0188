import JobScheduling
import JobStore
import TrainingJobs

// Who works on what.
extension ClusterControl {
    /// Gives free workers to waiting jobs, the oldest first.
    ///
    /// A round that changes what others may have is followed by another, never interrupted by it: decisions of
    /// two rounds could give one worker away twice.
    func schedule() throws {
        wantsRound = true
        guard !isInRound else { return }
        isInRound = true
        defer { isInRound = false }
        while wantsRound {
            wantsRound = false
            try assignWaitingJobs()
        }
    }

    private func assignWaitingJobs() throws {
        for (jobID, decision) in round() {
            switch decision {
            case .assigned(let members):
                jobs[jobID]?.expectedMembers = 0
                try apply(.assign(members), to: jobID)
            case .waiting(let reason):
                // Why some workers are not taken is worth as much to people as how many are missing.
                let notice = jobs[jobID]?.driver?.notice ?? ""
                jobs[jobID]?.record.message = notice.isEmpty ? reason : "\(reason); \(notice)"
            case .impossible(let reason):
                jobs[jobID]?.record.message = reason
                try apply(.assignmentImpossible(reason), to: jobID)
            }
        }
    }

    /// Workers that no waiting job takes or waits for: they may join one that runs.
    func idleWorkers() -> [WorkerCandidate] {
        for (_, decision) in round() {
            if case .impossible = decision { continue }
            return []
        }
        return registry.sorted.filter(registry.isFree).map(\.candidate)
    }

    private func round() -> [(jobID: String, decision: AssignmentRound.Decision)] {
        let waiting = jobs.values.filter { $0.driver?.state == .queued }
            .sorted { ($0.record.createdAt, $0.id) < ($1.record.createdAt, $1.id) }
        guard !waiting.isEmpty else { return [] }
        let workers = registry.sorted.filter(\.isLive).map {
            LiveWorker(candidate: $0.candidate, isFree: registry.isFree($0))
        }
        return AssignmentRound.decide(jobs: waiting.compactMap(waitingJob), workers: workers)
    }

    private func waitingJob(_ job: ActiveJob) -> WaitingJob? {
        guard let driver = job.driver else { return nil }
        return WaitingJob(
            jobID: job.id, range: job.specification.workers, laneCount: driver.plan.laneCount,
            requiredFamily: driver.requiredFamily, excludedWorkerIDs: Set(driver.excludedWorkers.keys),
            expectedMembers: now < reunionEnds ? job.expectedMembers : 0)
    }
}
