import TrainingJobs

// Lanes go by how fast members are. Which member runs a micro-batch changes no bit of the model, so that
// measured times may decide it.
extension JobDriver {
    /// Lanes move only where the rest of the job is shorter by more than a new generation may cost.
    static let secondsWorthMoving = 5.0

    /// Takes in how long each member took for its micro-batches.
    mutating func noteSpeeds(_ results: [String: SegmentResult]) {
        var speeds = progress.speeds ?? MemberSpeeds()
        for (workerID, result) in results {
            speeds.note(
                workerID, microBatches: result.timing.microBatches, seconds: result.timing.lanes)
        }
        progress.speeds = speeds
    }

    /// The next generation's members with lanes by what is known of their speeds.
    mutating func balanced(_ chosen: [MemberAssignment]) -> [MemberAssignment] {
        var speeds = progress.speeds ?? MemberSpeeds()
        speeds.follow(chosen.map(\.workerID))
        progress.speeds = speeds
        return zip(chosen, shares(of: chosen)).map { member, lanes in
            var member = member
            member.lanes = Array(lanes)
            return member
        }
    }

    /// At a segment's end: begins the next generation with the same members and other lanes, where steps become
    /// shorter by enough; `nil` where the present one goes on.
    ///
    /// From one move to the next, the present members run twice as long each time: speeds that go up and down cost
    /// a job no more than a few generations.
    mutating func rebalance() -> [JobDirective]? {
        let turns = 1 << min(progress.speeds?.moves ?? 0, 30)
        guard openSegment != nil, members.count > 1, hasRun(turns: turns) else { return nil }
        let present = stepSeconds(of: members.map(\.lanes.count))
        let next = stepSeconds(of: shares(of: members).map(\.count))
        guard let present, let next, LanePartition.isWorthwhile(from: present, to: next),
            (present - next) * Double(totalSteps - progress.step) >= Self.secondsWorthMoving
        else { return nil }
        let releases = commandAll(.standBy)
        progress.speeds?.moves += 1
        phase = .waiting
        let percent = Int((100 * (1 - next / present)).rounded())
        let text =
            "Micro-batches move to faster workers at step \(progress.step), by which those of a step take "
            + "\(percent) % less time"
        return releases + [.log(.info, text)] + start(members)
    }

    /// The members' names, with their shares where those are uneven.
    var namesWithShares: String {
        let counts = members.map(\.lanes.count)
        let isEven = (counts.max() ?? 0) - (counts.min() ?? 0) <= 1
        return members.map { isEven ? $0.name : "\($0.name) (\($0.lanes.count) of \(plan.laneCount))" }
            .joined(separator: ", ")
    }

    private func shares(of members: [MemberAssignment]) -> [Range<Int>] {
        LanePartition.lanes(speeds: speeds(of: members), laneCount: plan.laneCount)
    }

    private func stepSeconds(of counts: [Int]) -> Double? {
        LanePartition.stepSeconds(counts: counts, speeds: speeds(of: members))
    }

    private func speeds(of members: [MemberAssignment]) -> [Double?] {
        members.map { progress.speeds?.speed(of: $0.workerID) }
    }
}
