import SharedMemory

/// What lies where in a member's shared segment: counters, then a ring of slots for sums and one for results.
///
/// A buffer goes through the slots in rounds, so that the memory needed does not grow with it and what is
/// exchanged stays in the processor's cache.
struct SegmentLayout: Sendable {
    /// Counters that the segment's owner alone stores.
    enum Progress: Int {
        /// Rounds whose sums (or, from a leader, results) are there to be read.
        case published
        /// Rounds in which it has read the others' sums; its results are there to be read.
        case reduced
        /// Rounds in which it has read the others' results.
        case consumed
        /// 1 when the owner has left of its own accord.
        case left
    }

    /// Rounds that may be under way.
    static let slots = 4
    private static let counters = 4
    /// Bytes of a round's sums on one member, all members' parts.
    let slotBytes: Int

    init(slotBytes: Int = 512 << 10) { self.slotBytes = slotBytes }

    private var resultSlotBytes: Int { slotBytes }
    private var firstSlot: Int { 4096 }
    var byteCount: Int { firstSlot + Self.slots * (slotBytes + resultSlotBytes) }

    /// Elements of a round.
    func elements(_ buffer: any ReductionBuffer) -> Int {
        max(1, slotBytes / max(1, buffer.sumElementBytes, buffer.resultElementBytes))
    }

    func counter(_ progress: Progress) -> Int { progress.rawValue * SharedCounter.byteCount }

    /// Place of the word that says which collective a slot belongs to.
    func label(round: Int) -> Int { (Self.counters + round % Self.slots) * SharedCounter.byteCount }

    /// Place of sums in the slot of a round: those of elements `range`, counted from the round's first.
    func sums(round: Int, _ range: Range<Int>, elementBytes: Int) -> Range<Int> {
        let start = firstSlot + round % Self.slots * slotBytes
        return start + range.lowerBound * elementBytes..<start + range.upperBound * elementBytes
    }

    /// Place of results in the slot of a round.
    func results(round: Int, _ range: Range<Int>, elementBytes: Int) -> Range<Int> {
        let start = firstSlot + Self.slots * slotBytes + round % Self.slots * resultSlotBytes
        return start + range.lowerBound * elementBytes..<start + range.upperBound * elementBytes
    }
}
