import Synchronization
import WireProtocol
import ZeroMQMessaging

@testable import Collectives

/// A ring's links within one process, which can treat chunks badly on purpose.
final class MemoryPeerLink: PeerLink {
    /// What happens to a chunk on its way.
    struct Weather: Sendable {
        /// Chunks are held back and released in random order.
        var reorders = false
        /// Some chunks come twice.
        var duplicates = false
        /// After so many chunks, this link's sends vanish: the member is dead to the others.
        var diesAfter = Int.max
        /// Whether it answers the others' questions, also when it sends nothing.
        var answers = true
    }

    private struct State {
        var sent = 0
        var held: [GradientChunk] = []
        var generator: SplitMix
    }

    let rank: Int
    let size: Int
    private let mailboxes: [Mailbox<GradientChunk>]
    private let weather: Weather
    private let answering: [Bool]
    private let state: Mutex<State>

    /// One link for each rank of a ring.
    static func ring(size: Int, weather: [Int: Weather] = [:], seed: UInt64 = 1) -> [MemoryPeerLink] {
        let mailboxes = (0..<size).map { _ in Mailbox<GradientChunk>() }
        return (0..<size).map {
            MemoryPeerLink(
                rank: $0, mailboxes: mailboxes, weather: weather[$0] ?? Weather(),
                answering: (0..<size).map { weather[$0]?.answers ?? true }, seed: seed &+ UInt64($0))
        }
    }

    private init(
        rank: Int, mailboxes: [Mailbox<GradientChunk>], weather: Weather, answering: [Bool], seed: UInt64
    ) {
        self.answering = answering
        self.rank = rank
        size = mailboxes.count
        self.mailboxes = mailboxes
        self.weather = weather
        state = Mutex(State(generator: SplitMix(state: seed)))
    }

    func name(ofRank rank: Int) -> String { "member \(rank)" }

    nonisolated(nonsending) func send(
        _ chunk: GradientChunk, dataBytes byteCount: Int, toRank rank: Int, deadline: ContinuousClock.Instant,
        fill: (inout MutableRawSpan) throws -> Void
    ) async throws {
        var data = [UInt8](repeating: 0, count: byteCount)
        var elements = data.mutableSpan
        var bytes = elements.mutableBytes
        try fill(&bytes)
        var chunk = chunk
        chunk.data = MessageBytes(data)
        let chunks = state.withLock { state -> [GradientChunk] in
            state.sent += 1
            if state.sent > weather.diesAfter { return [] }
            var out = [chunk]
            if weather.duplicates, Bool.random(using: &state.generator) { out.append(chunk) }
            if weather.reorders {
                state.held += out
                state.held.shuffle(using: &state.generator)
                // The ring needs every chunk sooner or later: keep at most three, and only for a moment.
                let released = max(0, state.held.count - Int.random(in: 0...3, using: &state.generator))
                out = Array(state.held.prefix(released))
                state.held.removeFirst(released)
            }
            return out
        }
        for chunk in chunks { mailboxes[rank].offer(chunk) }
        if weather.reorders {
            Task {
                try? await Task.sleep(for: .milliseconds(1))
                let rest = state.withLock { state in
                    defer { state.held = [] }
                    return state.held
                }
                for chunk in rest { mailboxes[rank].offer(chunk) }
            }
        }
    }

    nonisolated(nonsending) func receive(deadline: ContinuousClock.Instant) async throws -> GradientChunk? {
        switch await mailboxes[rank].next(until: deadline) {
        case .element(let chunk): return chunk
        case .timedOut: return nil
        case .finished:
            try Task.checkCancellation()
            throw CollectiveError(.closed, "closed")
        }
    }

    nonisolated(nonsending) func answers(rank: Int, within time: Duration) async -> Bool { answering[rank] }

    /// Puts a chunk before this member as if a peer had sent it.
    func inject(_ chunk: GradientChunk) { mailboxes[rank].offer(chunk) }

    func close() async { mailboxes[rank].finish() }
}

/// A small seeded generator (SplitMix64, Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
