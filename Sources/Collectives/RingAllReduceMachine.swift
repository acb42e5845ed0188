import WireProtocol

/// The two halves of a ring all-reduce.
enum RingPhase: Int, Sendable {
    /// Sums travel; in the end each member owns one finished segment.
    case reduceScatter = 0
    /// Results travel; in the end each member has all of them.
    case allGather = 1
}

/// What a member is to do next. Directives are carried out in their order.
enum RingDirective: Sendable, Equatable {
    case accumulate(MessageBytes, Range<Int>)
    /// Turn sums into results; or sums to which the chunk's are added first.
    case finish(Range<Int>)
    case finishAdding(MessageBytes, Range<Int>)
    case writeResult(MessageBytes, Range<Int>)
    /// Send the range's sums, or results, to the successor.
    case send(RingPhase, hop: Int, Range<Int>)
}

/// One member's part in one ring all-reduce, as a machine without IO: chunks in, directives out.
///
/// In hop h of the first half, member r sends segment r - h and receives segment r - h - 1 (modulo the size);
/// after the last hop it owns segment r + 1. In hop h of the second half it sends r + 1 - h and receives r - h.
/// A part is sent on as soon as it is reduced, so the hops of different parts overlap, and before parts that this
/// member has not touched yet: what has just been added up still lies in the processor's cache.
///
/// A member never has more than `window` chunks sent beyond those received: that bounds what waits in any link
/// to the window times the size. Each member starts as many chunks as it takes off the ring, so that the bound
/// cannot stop the ring.
///
/// Chunked ring all-reduce: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of
/// workstations", J. Parallel Distrib. Comput. 69 (2009).
struct RingAllReduceMachine: Sendable {
    let plan: RingPlan
    let rank: Int
    private let window: Int
    private let sumElementBytes: Int
    private let smallestSumElementBytes: Int
    private let resultElementBytes: Int
    private var received: [Bool]
    private var receivedCount = 0
    private var sentCount = 0
    /// Parts of this member's own segment whose sums have not been sent yet begin here.
    private var nextPart = 0
    /// What has been reduced or has come, from `readyHead`, to be sent on.
    private var ready: [RingDirective] = []
    private var readyHead = 0

    init(
        count: Int, rank: Int, size: Int, sumElementBytes: Int, smallestSumElementBytes: Int? = nil,
        resultElementBytes: Int, options: RingOptions
    ) {
        plan = RingPlan(
            count: count, size: size, largestChunk: options.chunkBytes / max(1, sumElementBytes))
        self.rank = rank
        self.sumElementBytes = sumElementBytes
        self.smallestSumElementBytes = smallestSumElementBytes ?? sumElementBytes
        self.resultElementBytes = resultElementBytes
        window = options.window
        received = Array(repeating: false, count: 2 * (size - 1) * plan.partsPerSegment)
    }

    /// Chunks that each member sends, and receives, in all.
    var chunkCount: Int { received.count }
    /// Whether this member has everything and owes nothing.
    var isComplete: Bool { receivedCount == chunkCount && sentCount == chunkCount }

    /// What to do first.
    mutating func start() -> [RingDirective] {
        if plan.size == 1 { return plan.count == 0 ? [] : [.finish(0..<plan.count)] }
        return takeSends()
    }

    /// What to do about a chunk from the predecessor. Nothing where it has come before.
    ///
    /// - Throws: `CollectiveError.protocolViolation` where this ring has no such chunk.
    mutating func receive(_ chunk: GradientChunk) throws -> [RingDirective] {
        let (phase, range, index) = try place(of: chunk)
        if received[index] { return [] }
        received[index] = true
        receivedCount += 1

        let isLastHop = chunk.hop == plan.size - 2
        var directives: [RingDirective] = []
        switch phase {
        case .reduceScatter:
            if !range.isEmpty {
                directives.append(
                    isLastHop ? .finishAdding(chunk.data, range) : .accumulate(chunk.data, range))
            }
            if isLastHop {
                ready.append(.send(.allGather, hop: 0, range))
            } else {
                ready.append(.send(.reduceScatter, hop: chunk.hop + 1, range))
            }
        case .allGather:
            if !range.isEmpty { directives.append(.writeResult(chunk.data, range)) }
            if !isLastHop { ready.append(.send(.allGather, hop: chunk.hop + 1, range)) }
        }
        return directives + takeSends()
    }

    /// The sends that the window permits now.
    private mutating func takeSends() -> [RingDirective] {
        var sends: [RingDirective] = []
        while sentCount - receivedCount < window, let send = nextSend() {
            sends.append(send)
            sentCount += 1
        }
        return sends
    }

    private mutating func nextSend() -> RingDirective? {
        if readyHead < ready.count {
            readyHead += 1
            let send = ready[readyHead - 1]
            if readyHead == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyHead = 0
            }
            return send
        }
        guard nextPart < plan.partsPerSegment else { return nil }
        nextPart += 1
        return .send(.reduceScatter, hop: 0, plan.part(nextPart - 1, ofSegment: rank))
    }

    private func place(of chunk: GradientChunk) throws -> (RingPhase, Range<Int>, index: Int) {
        let predecessor = (rank + plan.size - 1) % plan.size
        guard plan.size > 1, chunk.fromRank == predecessor, let phase = RingPhase(rawValue: chunk.phase),
            (0..<plan.size - 1).contains(chunk.hop)
        else { throw violation(chunk, "this ring of \(plan.size) has no such hop") }

        let distance = phase == .reduceScatter ? rank - chunk.hop - 1 : rank - chunk.hop
        let segment = (distance + plan.size) % plan.size
        guard let part = plan.partIndex(at: chunk.offset, count: chunk.count, inSegment: segment) else {
            throw violation(chunk, "the buffer of \(plan.count) elements is not cut there; are all alike?")
        }
        let range = plan.part(part, ofSegment: segment)
        let width = range.isEmpty ? 0 : chunk.data.count / range.count
        let isRight =
            switch phase {
            case _ where range.isEmpty || chunk.data.count % range.count != 0: chunk.data.count == 0
            case .reduceScatter: (smallestSumElementBytes...sumElementBytes).contains(width)
            case .allGather: width == resultElementBytes
            }
        if !isRight {
            throw violation(chunk, "it carries \(chunk.data.count) bytes for \(range.count) elements")
        }
        let hopIndex = phase.rawValue * (plan.size - 1) + chunk.hop
        return (phase, range, hopIndex * plan.partsPerSegment + part)
    }

    private func violation(_ chunk: GradientChunk, _ detail: String) -> CollectiveError {
        CollectiveError(
            .protocolViolation,
            "rank \(chunk.fromRank) sent a chunk (phase \(chunk.phase), hop \(chunk.hop), elements from "
                + "\(chunk.offset), \(chunk.count) of them) that does not belong: \(detail)",
            peerRank: chunk.fromRank)
    }
}
