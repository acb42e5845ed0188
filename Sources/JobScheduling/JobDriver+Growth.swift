import TrainingJobs

// Idle workers join at a segment's end.
extension JobDriver {
    /// A generation runs at least this many segments, or this many seconds of them, before it grows: a new
    /// one costs its preparation, and workers may come one by one.
    static let segmentsBeforeGrowth = 4
    static let secondsBeforeGrowth = 10.0

    /// Starts the next generation with more members, where idle workers can join and there is a segment left
    /// to run; `nil` where the present one goes on. The last segment's checkpoint is where it starts from.
    mutating func grow() -> [JobDirective]? {
        let candidates = idleWorkers
        idleWorkers = []
        guard progress.trainingEnd == nil, segments.segment(from: progress.step, number: nextSegment) != nil,
            hasRunForAWhile
        else { return nil }
        let joiners = joiners(among: candidates)
        guard !joiners.isEmpty else { return nil }
        let present = members.map {
            WorkerCandidate(
                workerID: $0.workerID, name: $0.name, endpoint: $0.endpoint, kernelFamily: $0.kernelFamily)
        }
        let outcome = WorkerAssignment.choose(
            from: present + joiners, range: specification.workers, laneCount: plan.laneCount,
            requiredFamily: requiredFamily)
        guard case .assigned(let chosen) = outcome, chosen.count > members.count else { return nil }
        let releases = commandAll(.standBy)
        let names = joiners.map(\.name).joined(separator: ", ")
        phase = .waiting
        return releases + [.log(.info, "Joined at step \(progress.step): \(names)")] + start(chosen)
    }

    /// As many as there is room for, in a stable order.
    private func joiners(among candidates: [WorkerCandidate]) -> [WorkerCandidate] {
        let room = min(specification.workers.maximum, plan.laneCount) - members.count
        guard room > 0 else { return [] }
        let suitable = candidates.filter {
            $0.kernelFamily == progress.kernelFamily && excludedWorkers[$0.workerID] == nil
                && rank(of: $0.workerID) == nil
        }
        return Array(suitable.sorted { $0.workerID < $1.workerID }.prefix(room))
    }

    /// What the present generation's segments took.
    var generationSeconds: Double {
        progress.segments.suffix(nextSegment).reduce(0) { $0 + $1.seconds }
    }
}
