import TrainingJobs

// What lost and failing members mean: the next generation, or the job's end.
extension JobDriver {
    /// Ends the generation without `workerID`; the job waits for its next members.
    mutating func lose(_ workerID: String, _ loss: WorkerLoss) -> [JobDirective] {
        guard rank(of: workerID) != nil else { return [] }
        let lost = name(of: workerID)
        switch loss {
        case .leave:
            return regroup(without: workerID, because: "worker \(lost) left")
        case .crash(let reason):
            return regroupAfterCrash(of: workerID, because: "worker \(lost) is lost: \(reason)")
        }
    }

    mutating func memberFailed(
        _ workerID: String, _ failure: JobFailure, _ lostWorkerID: String?
    ) -> [JobDirective] {
        if let lostWorkerID, !lostWorkerID.isEmpty {
            guard rank(of: lostWorkerID) != nil else {
                // Bounded like any loss, for the reporter has stopped whatever it names.
                let reason =
                    "worker \(name(of: workerID)) lost \(lostWorkerID), which is no member: \(failure)"
                return regroupAfterCrash(of: workerID, because: reason)
            }
            let reason = "worker \(name(of: workerID)) lost \(name(of: lostWorkerID)): \(failure)"
            return [.suspect(workerID: lostWorkerID)] + regroupAfterCrash(of: lostWorkerID, because: reason)
        }
        var named = failure
        if named.context.isEmpty { named.context = "worker \(name(of: workerID))" }
        let reason = "worker \(name(of: workerID)) cannot go on: \(failure)"
        switch FailurePolicy.kind(of: failure) {
        case .job:
            return fail(named)
        case .passing:
            return regroupAfterCrash(of: workerID, because: reason)
        case .host:
            excludedWorkers[workerID] = named
            return regroup(without: workerID, because: reason)
        }
    }

    /// Some members cannot talk to each other: goes on without the one that most pairs have in common. One that
    /// advertises its own host's loopback address to members elsewhere is the one at fault.
    mutating func partFromUnreachable(_ faults: [PeerFault]) -> [JobDirective] {
        var counts: [String: Int] = [:]
        for endpoint in faults.flatMap({ [$0.fromEndpoint, $0.toEndpoint] }) {
            counts[endpoint, default: 0] += 1
        }
        let isMixed = !members.allSatisfy { LoopbackEndpoint.isOne($0.endpoint) }
        func blame(_ member: MemberAssignment) -> (Int, Int, Int) {
            let count = counts[member.endpoint] ?? 0
            let isMisled = isMixed && count > 0 && LoopbackEndpoint.isOne(member.endpoint)
            return (isMisled ? 1 : 0, count, member.rank)
        }
        let worst = members.max { blame($0) < blame($1) }
        let pairs = faults.map { "\($0.fromEndpoint) → \($0.toEndpoint): \($0.reason)" }.joined(
            separator: "; ")
        var failure = JobFailure(
            code: "peers-unreachable",
            message:
                "Workers cannot reach each other: \(pairs). Check the addresses that they advertise and the "
                + "firewalls between them.")
        guard let worst else { return fail(failure) }
        failure.context = "worker \(worst.name)"
        excludedWorkers[worst.workerID] = failure
        return regroup(without: worst.workerID, because: failure.message)
    }

    /// Too few workers can serve the job even when all are free. That is fatal only where the job itself has
    /// turned some away; otherwise more may come.
    mutating func giveUpWaiting(_ reason: String) -> [JobDirective] {
        guard case .waiting = phase else { return [] }
        guard let (_, failure) = excludedWorkers.min(by: { $0.key < $1.key }) else {
            message = reason
            return []
        }
        return fail(failure)
    }

    private mutating func regroupAfterCrash(of workerID: String, because reason: String) -> [JobDirective] {
        progress.lossesWithoutProgress += 1
        guard progress.lossesWithoutProgress < FailurePolicy.maximumLosses else {
            return fail(
                JobFailure(
                    code: "workers-lost",
                    message:
                        "The job lost a worker in \(progress.lossesWithoutProgress) generations in a row "
                        + "without getting further than step \(max(progress.reachedStep ?? 0, progress.step)). The last time: \(reason). "
                        + "Look at that worker's log and memory."))
        }
        return regroup(without: workerID, because: reason)
    }

    private mutating func regroup(without workerID: String, because reason: String) -> [JobDirective] {
        if uncommitted?.uploaderID == workerID { uncommitted = nil }
        let survivors = members.filter { $0.workerID != workerID }
        // The worker that is left out is told as well, in case it still listens.
        let releases = commandAll(.standBy)
        members = []
        progress.speeds?.forget(workerID)
        phase = .waiting
        message = reason
        let text =
            "\(reason). Going on from what \(survivors.count) members hold, at least from step "
            + "\(progress.resumePoint.step)"
        return releases + [.log(.warning, text)]
    }
}
