import Foundation
import SharedMemory

/// The members of one host, their segments, and waiting for each other's progress.
final class SharedMemoryGroup {
    /// How long a wait sleeps before it lets other work of its thread run and looks whether it was cancelled.
    private static let slice = Duration.milliseconds(2)
    /// How often a wait looks whether all members live.
    private static let lifeCheck = Duration.milliseconds(50)

    /// The members' ranks, in rising order.
    let ranks: [Int]
    /// This member's place among them.
    let place: Int
    let layout: SegmentLayout
    /// Rounds that are through, in all collectives so far.
    private(set) var round = 0
    private let segments: [SharedMemorySegment]
    private let link: any PeerLink
    private var patience: PeerPatience
    private let spins: Int

    init(
        ranks: [Int], segments: [SharedMemorySegment], layout: SegmentLayout, link: any PeerLink,
        options: RingOptions
    ) {
        self.ranks = ranks
        self.segments = segments
        self.layout = layout
        self.link = link
        patience = PeerPatience(options)
        place = ranks.firstIndex(of: link.rank) ?? 0
        // Whoever spins where cores are short keeps the one from working that it waits for.
        spins = ranks.count <= ProcessInfo.processInfo.activeProcessorCount ? 1000 : 20
    }

    deinit {
        segments[place].counter(at: layout.counter(.left)).store(1)
    }

    var size: Int { ranks.count }
    var own: SharedMemorySegment { segments[place] }
    /// The other members' places.
    var others: [Int] { ranks.indices.filter { $0 != place } }

    func segment(_ place: Int) -> SharedMemorySegment { segments[place] }

    /// Says that this member has come through `rounds` rounds.
    func advance(_ progress: SegmentLayout.Progress, to rounds: Int) {
        own.counter(at: layout.counter(progress)).store(UInt32(truncatingIfNeeded: rounds))
    }

    /// The rounds of a collective are through.
    /// - Parameter endsStep: whether it was the step's last.
    func finish(rounds: Int, endsStep: Bool) {
        round += rounds
        if endsStep { patience.endStep() }
    }

    /// Waits until a member has come through `rounds` rounds.
    ///
    /// - Throws: `CollectiveError.peerSilent` where a member's process has ended, or the one waited for is silent and
    ///   does not answer; `CancellationError`.
    nonisolated(nonsending) func wait(
        for progress: SegmentLayout.Progress, of place: Int, toReach rounds: Int
    ) async throws {
        let counter = segments[place].counter(at: layout.counter(progress))
        var value = counter.value
        if Self.has(value, reached: rounds) { return }
        value = counter.wait(whileAt: value, spins: spins, atMost: Self.slice)
        if Self.has(value, reached: rounds) { return }
        try await waitLong(counter, of: place, rounds)
    }

    private nonisolated(nonsending) func waitLong(
        _ counter: SharedCounter, of place: Int, _ rounds: Int
    ) async throws {
        let start = ContinuousClock.now
        defer { patience.waited(start.duration(to: .now)) }
        let end = start + patience.stallLimit
        var deadline = start + patience.silenceLimit
        var nextLifeCheck = start + Self.lifeCheck
        while true {
            let value = counter.value
            if Self.has(value, reached: rounds) { return }
            _ = counter.wait(whileAt: value, spins: 0, atMost: Self.slice)
            await Task.yield()
            try Task.checkCancellation()
            let now = ContinuousClock.now
            if now >= nextLifeCheck {
                try requireLife(since: start)
                nextLifeCheck = now + Self.lifeCheck
            }
            if now >= deadline, !Self.has(counter.value, reached: rounds) {
                let asked = ContinuousClock.now
                let answers = await link.answers(rank: ranks[place], within: patience.answerLimit)
                try Task.checkCancellation()
                if answers { patience.answered(after: asked.duration(to: .now)) }
                if Self.has(counter.value, reached: rounds) { return }
                if !answers || ContinuousClock.now >= end {
                    throw CollectiveError.silence(
                        of: ranks[place], link, for: start.duration(to: .now), answers: answers)
                }
                deadline = min(end, .now + patience.silenceLimit)
            }
        }
    }

    /// Looks for members whose processes have ended. One that has left of its own accord, because it noticed
    /// something first, is not to blame.
    private func requireLife(since start: ContinuousClock.Instant) throws {
        for place in others where segments[place].ownerIsGone {
            if segments[place].counter(at: layout.counter(.left)).value != 0 { continue }
            let name = link.name(ofRank: ranks[place])
            throw CollectiveError(
                .peerSilent, "\(name) (rank \(ranks[place])) is gone: its process has ended",
                peerRank: ranks[place],
                peerName: name)
        }
    }

    /// Counters go round after 2^32 rounds; no member is ever half as far ahead.
    private static func has(_ value: UInt32, reached rounds: Int) -> Bool {
        Int32(bitPattern: value &- UInt32(truncatingIfNeeded: rounds)) >= 0
    }
}

extension SharedMemoryGroup {
    /// Labels the slot of a round with the collective that it belongs to.
    func label(round: Int, _ label: UInt32) {
        own.counter(at: layout.label(round: round)).store(label)
    }

    /// - Throws: `CollectiveError.protocolViolation` where a member is at another collective, or its buffer differs.
    func requireLabel(_ label: UInt32, of place: Int, round: Int) throws {
        guard segments[place].counter(at: layout.label(round: round)).value == label else {
            throw CollectiveError(
                .protocolViolation,
                "rank \(ranks[place]) sums another buffer than this member does: are all calls alike?",
                peerRank: ranks[place], peerName: link.name(ofRank: ranks[place]))
        }
    }

    /// What must agree in a collective, in a word: its number and the buffer's measures.
    static func label(sequence: Int, _ buffer: any ReductionBuffer) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for number in [sequence, buffer.count, buffer.sumElementBytes, buffer.resultElementBytes] {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ UInt32(truncatingIfNeeded: number >> shift) & 0xff) &* 16_777_619
            }
        }
        return hash
    }
}
