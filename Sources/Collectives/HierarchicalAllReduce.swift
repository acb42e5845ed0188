import SharedMemory

/// An all-reduce among several hosts: members of a host add up in shared memory, one leader of each host takes
/// part in the ring, and its results spread on its host.
///
/// The network carries what a ring of hosts needs, not of members. Bits are the ring's, because sums have no order.
final class HierarchicalAllReduce {
    /// Bytes that this member has sent or published so far.
    var sentBytes: Int { published + (ring?.sentBytes ?? 0) }
    private var published = 0
    /// nil where this member is alone on its host.
    private let group: SharedMemoryGroup?
    /// Of the leaders; nil where this member is none.
    private let ring: RingAllReduce?

    /// - Parameters:
    ///   - group: this host's members; the first of them leads.
    ///   - ring: among the leaders; nil where this member is none.
    init(group: SharedMemoryGroup?, ring: RingAllReduce?) {
        self.group = group
        self.ring = ring
    }

    func allReduce(
        _ buffer: any ReductionBuffer, sequence: Int, isolation: isolated (any Actor)?
    ) async throws {
        let rounds = group.map { self.rounds(buffer, $0) } ?? []
        if let group { try await gather(buffer, rounds, group, sequence, isolation: isolation) }
        try await ring?.allReduce(buffer, isolation: isolation)
        if let group { try await spread(buffer, rounds, group, isolation: isolation) }
    }

    /// The leader adds up all members' sums.
    private func gather(
        _ buffer: any ReductionBuffer, _ rounds: [Range<Int>], _ group: SharedMemoryGroup, _ sequence: Int,
        isolation: isolated (any Actor)?
    ) async throws {
        let label = SharedMemoryGroup.label(sequence: sequence, buffer)
        let first = group.round
        for (index, range) in rounds.enumerated() {
            let round = first + index
            let place = group.layout.sums(
                round: round, 0..<range.count, elementBytes: buffer.sumElementBytes)
            if group.place == 0 {
                for other in group.others {
                    try await group.wait(for: .published, of: other, toReach: round + 1)
                    try group.requireLabel(label, of: other, round: round)
                    try group.segment(other).withBytes(place) { try buffer.accumulate($0, into: range) }
                }
                group.advance(.reduced, to: round + 1)
            } else {
                if index >= SegmentLayout.slots {
                    try await group.wait(for: .reduced, of: 0, toReach: round + 1 - SegmentLayout.slots)
                }
                try group.own.withMutableBytes(place) { try buffer.read(range, into: &$0) }
                published += place.count
                group.label(round: round, label)
                group.advance(.published, to: round + 1)
            }
        }
        // The results follow.
        group.finish(rounds: rounds.count, endsStep: false)
    }

    /// All members read the leader's results. That its slots are free follows from everybody having published sums.
    private func spread(
        _ buffer: any ReductionBuffer, _ rounds: [Range<Int>], _ group: SharedMemoryGroup,
        isolation: isolated (any Actor)?
    ) async throws {
        let first = group.round
        for (index, range) in rounds.enumerated() {
            let round = first + index
            let place = group.layout.results(
                round: round, 0..<range.count, elementBytes: buffer.resultElementBytes)
            if group.place == 0 {
                if index >= SegmentLayout.slots {
                    for other in group.others {
                        try await group.wait(
                            for: .consumed, of: other, toReach: round + 1 - SegmentLayout.slots)
                    }
                }
                try group.own.withMutableBytes(place) { try buffer.readResult(range, into: &$0) }
                published += place.count
                group.advance(.published, to: round + 1)
            } else {
                try await group.wait(for: .published, of: 0, toReach: round + 1)
                try group.segment(0).withBytes(place) { try buffer.writeResult($0, into: range) }
                group.advance(.consumed, to: round + 1)
            }
        }
        group.finish(rounds: rounds.count, endsStep: buffer.endsStep)
    }

    private func rounds(_ buffer: any ReductionBuffer, _ group: SharedMemoryGroup) -> [Range<Int>] {
        let elements = group.layout.elements(buffer)
        return stride(from: 0, to: buffer.count, by: elements).map { $0..<min(buffer.count, $0 + elements) }
    }
}
