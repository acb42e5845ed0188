import SharedMemory

/// An all-reduce among members that share memory.
///
/// A buffer is taken in rounds, and in a round each member owns one part. Every member publishes its sums of the
/// others' parts; the owner adds them to its own where they lie and publishes the results of its part; all read
/// them. The steps of neighbouring rounds overlap, so that members seldom wait.
///
/// The owner adds in an order of its own. With sums whose order does not matter the bits are those of the ring; each
/// part has one owner in any case, so all members have the same results.
final class SharedMemoryAllReduce {
    /// Bytes that this member has published so far.
    private(set) var sentBytes = 0
    private let group: SharedMemoryGroup

    init(group: SharedMemoryGroup) { self.group = group }

    /// - Parameter sequence: the number of the collective, the same on every member.
    nonisolated(nonsending) func allReduce(_ buffer: any ReductionBuffer, sequence: Int) async throws {
        let elements = group.layout.elements(buffer)
        let rounds = (buffer.count + elements - 1) / elements
        let first = group.round
        let label = SharedMemoryGroup.label(sequence: sequence, buffer)
        for step in 0..<(rounds == 0 ? 0 : rounds + 2) {
            if step < rounds { try await publish(step, first, elements, label, buffer) }
            if (0..<rounds).contains(step - 1) { try await reduce(step - 1, first, elements, label, buffer) }
            if (0..<rounds).contains(step - 2) { try await collect(step - 2, first, elements, buffer) }
        }
        group.finish(rounds: rounds, endsStep: buffer.endsStep)
    }

    private nonisolated(nonsending) func publish(
        _ index: Int, _ first: Int, _ elements: Int, _ label: UInt32, _ buffer: any ReductionBuffer
    ) async throws {
        let round = first + index
        // The slot is free when everybody has read the sums that were there.
        for other in group.others {
            try await group.wait(for: .reduced, of: other, toReach: round + 1 - SegmentLayout.slots)
        }
        let start = index * elements
        for owner in group.others {
            let range = part(owner, of: index, elements, buffer)
            if range.isEmpty { continue }
            let place = group.layout.sums(
                round: round, range.lowerBound - start..<range.upperBound - start,
                elementBytes: buffer.sumElementBytes)
            try group.own.withMutableBytes(place) { try buffer.read(range, into: &$0) }
            sentBytes += place.count
        }
        group.label(round: round, label)
        group.advance(.published, to: round + 1)
    }

    private nonisolated(nonsending) func reduce(
        _ index: Int, _ first: Int, _ elements: Int, _ label: UInt32, _ buffer: any ReductionBuffer
    ) async throws {
        let round = first + index
        let start = index * elements
        let range = part(group.place, of: index, elements, buffer)
        let place = group.layout.sums(
            round: round, range.lowerBound - start..<range.upperBound - start,
            elementBytes: buffer.sumElementBytes)
        let last = group.others.last
        for other in group.others {
            try await group.wait(for: .published, of: other, toReach: round + 1)
            try group.requireLabel(label, of: other, round: round)
            if range.isEmpty { continue }
            try group.segment(other).withBytes(place) {
                if other == last {
                    try buffer.finish(range, adding: $0)
                } else {
                    try buffer.accumulate($0, into: range)
                }
            }
        }
        for other in group.others {
            try await group.wait(for: .consumed, of: other, toReach: round + 1 - SegmentLayout.slots)
        }
        if !range.isEmpty {
            let results = group.layout.results(
                round: round, 0..<range.count, elementBytes: buffer.resultElementBytes)
            try group.own.withMutableBytes(results) { try buffer.readResult(range, into: &$0) }
            sentBytes += results.count
        }
        group.advance(.reduced, to: round + 1)
    }

    private nonisolated(nonsending) func collect(
        _ index: Int, _ first: Int, _ elements: Int, _ buffer: any ReductionBuffer
    ) async throws {
        let round = first + index
        for other in group.others {
            try await group.wait(for: .reduced, of: other, toReach: round + 1)
            let range = part(other, of: index, elements, buffer)
            if range.isEmpty { continue }
            let results = group.layout.results(
                round: round, 0..<range.count, elementBytes: buffer.resultElementBytes)
            try group.segment(other).withBytes(results) { try buffer.writeResult($0, into: range) }
        }
        group.advance(.consumed, to: round + 1)
    }

    /// The elements of a round that a member owns.
    private func part(_ owner: Int, of index: Int, _ elements: Int, _ buffer: any ReductionBuffer) -> Range<
        Int
    > {
        let start = index * elements
        return RingPlan.piece(owner, of: start..<min(buffer.count, start + elements), pieces: group.size)
    }
}
