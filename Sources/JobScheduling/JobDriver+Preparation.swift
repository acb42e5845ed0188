import TrainingJobs

/// What a member said once it had fetched its files and greeted its peers.
struct PreparedMember: Sendable, Equatable {
    var faults: [PeerFault]
    var parameters: Int
    var trainableParameters: Int
    var heldStep: Int
}

/// Members that have reported from `preparing`, by worker.
typealias Preparation = [String: PreparedMember]

// A generation's beginning: from free workers to members that are ready for the first segment.
extension JobDriver {
    mutating func start(_ chosen: [MemberAssignment]) -> [JobDirective] {
        guard case .waiting = phase, let first = chosen.first else { return [] }
        // Of another kernel family's state the bits would differ.
        if first.kernelFamily != progress.kernelFamily { uncommitted = nil }
        members = balanced(chosen.sorted { $0.rank < $1.rank })
        progress.generation += 1
        progress.workerCount = members.count
        progress.kernelFamily = first.kernelFamily
        nextSegment = 0
        firstStart = nil
        phase = .preparing([:])
        message = notice
        idleWorkers = []
        concession = nil
        let names = namesWithShares
        let resume = progress.resumePoint
        preparedFrom = resume.step
        storedAhead = nil
        let place = resume.step > 0 ? "from step \(resume.step)" : "from the beginning"
        let text =
            "Generation \(progress.generation) starts \(place) on \(members.count) of kernel family "
            + "\(first.kernelFamily): \(names)"
        return [.log(.info, text)]
            + members.map {
                command(
                    .prepare(
                        $0, members: members, startStep: resume.step, checkpoint: resume.checkpoint,
                        heldLimit: heldLimit),
                    to: $0.workerID)
            }
    }

    mutating func prepared(
        _ workerID: String, _ member: PreparedMember, _ failure: JobFailure?
    ) -> [JobDirective] {
        guard case .preparing(var ready) = phase, ready[workerID] == nil else { return [] }
        if let failure { return memberFailed(workerID, failure, nil) }
        ready[workerID] = member
        phase = .preparing(ready)
        guard ready.count == members.count else { return [] }
        // All pairs are judged together: one report alone does not tell which end is at fault.
        let faults = members.flatMap { ready[$0.workerID]?.faults ?? [] }
        guard faults.isEmpty else { return partFromUnreachable(faults) }
        progress.parameterCount = member.parameters
        progress.trainableParameterCount = member.trainableParameters
        return chooseStart(ready)
    }

    mutating func extract() -> [JobDirective] {
        phase = .extracting([:])
        return commandAll(.extract)
    }

    mutating func extracted(_ workerID: String, _ work: JobReport.Extraction) -> [JobDirective] {
        guard case .extracting(var reports) = phase, reports[workerID] == nil else { return [] }
        reports[workerID] = work
        phase = .extracting(reports)
        guard reports.count == members.count else { return [] }
        let total = members.compactMap { reports[$0.workerID] }.reduce(into: JobReport.Extraction()) {
            $0.add($1)
        }
        record(total)
        let fetched = total.fetched > 0 ? "\(total.fetched) fetched from other workers, " : ""
        let text =
            "Features are ready: \(total.samples) samples, \(total.cacheHits) from the cache, \(fetched)"
            + "\(total.backboneForwards) through the frozen part"
        return [.log(.info, text)] + proceed()
    }

    private mutating func record(_ total: JobReport.Extraction) {
        guard var earlier = progress.extraction else {
            progress.extraction = total
            return
        }
        earlier.fetched = saturatingSum(earlier.fetched, total.fetched)
        earlier.backboneForwards = saturatingSum(earlier.backboneForwards, total.backboneForwards)
        earlier.tokens = saturatingSum(earlier.tokens, total.tokens)
        earlier.paddedTokens = saturatingSum(earlier.paddedTokens, total.paddedTokens)
        earlier.seconds += total.seconds
        progress.extraction = earlier
    }
}

extension JobReport.Extraction {
    /// Adds another member's work: counts add up, time is the slowest member's.
    mutating func add(_ other: JobReport.Extraction) {
        samples = saturatingSum(samples, other.samples)
        cacheHits = saturatingSum(cacheHits, other.cacheHits)
        fetched = saturatingSum(fetched, other.fetched)
        backboneForwards = saturatingSum(backboneForwards, other.backboneForwards)
        tokens = saturatingSum(tokens, other.tokens)
        paddedTokens = saturatingSum(paddedTokens, other.paddedTokens)
        seconds = max(seconds, other.seconds)
        bytes = saturatingSum(bytes, other.bytes)
    }
}

/// Numbers from the network must not trap; these only inform.
func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? Int.max : sum
}
