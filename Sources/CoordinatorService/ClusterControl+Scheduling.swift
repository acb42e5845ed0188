import JobScheduling
import JobStore
import TrainingJobs

// Who works on what.
extension ClusterControl {
    /// Gives free workers to waiting jobs; see `AssignmentRound`.
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
        for (jobID, decision) in round().decisions {
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

    /// The whole cluster as it is at this moment.
    func round() -> AssignmentRound {
        noteWaiting()
        let active = jobs.values.sorted { ($0.record.createdAt, $0.id) < ($1.record.createdAt, $1.id) }
        let workers = registry.sorted.filter(\.isLive).map {
            LiveWorker(
                candidate: $0.candidate, isFree: registry.isFree($0), isDrained: registry.isDrained($0))
        }
        return AssignmentRound(
            waiting: active.filter { $0.driver?.state == .queued && !$0.isReadingData }.compactMap(
                waitingJob),
            running: active.compactMap(runningJob), workers: workers, use: ledger.use,
            timeSlice: configuration.timeSlice.seconds)
    }

    /// Charges submitters for the workers that their jobs have had since the last time.
    func chargeSubmitters() {
        var workers: [String: Int] = [:]
        for job in jobs.values {
            guard let count = job.driver?.members.count, count > 0 else { continue }
            workers[job.record.submitter, default: 0] += count
        }
        ledger.charge(workers, seconds: now - lastCharge)
        lastCharge = now
    }

    private func noteWaiting() {
        for (id, job) in jobs {
            let waits = job.driver?.state == .queued
            if let since = job.waitingSince, !waits {
                jobs[id]?.turn = (now, now - since)
                jobs[id]?.waitingSince = nil
            } else if waits, job.waitingSince == nil {
                jobs[id]?.waitingSince = now
            }
        }
    }

    private func waitingJob(_ job: ActiveJob) -> WaitingJob? {
        guard let driver = job.driver else { return nil }
        return WaitingJob(
            jobID: job.id, submitter: job.record.submitter, priority: job.specification.priority ?? 0,
            submittedAt: job.record.createdAt, waitedSeconds: now - (job.waitingSince ?? now),
            range: job.specification.workers, laneCount: driver.plan.laneCount,
            requiredFamily: driver.requiredFamily, excludedWorkerIDs: Set(driver.excludedWorkers.keys),
            expectedMembers: now < reunionEnds ? job.expectedMembers : 0)
    }

    private func runningJob(_ job: ActiveJob) -> RunningJob? {
        guard let driver = job.driver, let family = driver.members.first?.kernelFamily else { return nil }
        return RunningJob(
            jobID: job.id, submitter: job.record.submitter, priority: job.specification.priority ?? 0,
            submittedAt: job.record.createdAt,
            waitedSeconds: now - job.turn.start < configuration.timeSlice.seconds ? job.turn.waited : 0,
            range: job.specification.workers, laneCount: driver.plan.laneCount, kernelFamily: family,
            excludedWorkerIDs: Set(driver.excludedWorkers.keys), memberIDs: driver.members.map(\.workerID))
    }
}
