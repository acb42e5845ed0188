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
        let waiting = jobs.values.filter { $0.driver?.state == .queued }
            .sorted { ($0.record.createdAt, $0.id) < ($1.record.createdAt, $1.id) }
        guard !waiting.isEmpty else { return }
        let workers = registry.sorted.filter(\.isLive).map {
            LiveWorker(candidate: $0.candidate, isFree: $0.isFree)
        }
        for (jobID, decision) in AssignmentRound.decide(
            jobs: waiting.compactMap(waitingJob), workers: workers)
        {
            switch decision {
            case .assigned(let members):
                jobs[jobID]?.expectedMembers = 0
                try apply(.assign(members), to: jobID)
            case .waiting(let reason):
                jobs[jobID]?.record.message = reason
            case .impossible(let reason):
                jobs[jobID]?.record.message = reason
                try apply(.assignmentImpossible(reason), to: jobID)
            }
        }
    }

    private func waitingJob(_ job: ActiveJob) -> WaitingJob? {
        guard let driver = job.driver else { return nil }
        return WaitingJob(
            jobID: job.id, range: job.specification.workers, laneCount: driver.plan.laneCount,
            requiredFamily: driver.requiredFamily, excludedWorkerIDs: Set(driver.excludedWorkers.keys),
            expectedMembers: now < reunionEnds ? job.expectedMembers : 0)
    }
}
