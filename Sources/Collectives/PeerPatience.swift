import WireProtocol

/// How long a member waits for another, in a ring or in shared memory: learnt from how long it usually waits, within
/// the limits of `RingOptions`.
///
/// To ask a silent peer whether it lives costs one small message, so that happens soon. To take a peer for dead
/// costs a generation of the job, so that needs several times the usual, and a few seconds at least.
struct PeerPatience: Sendable {
    /// Before it is known how long waits are, a peer is asked after this.
    private static let firstQuestion = Duration.seconds(2)
    private static let soonestQuestion = Duration.milliseconds(500)
    /// All members have answered greetings when the generation began.
    private static let firstAnswerLimit = Duration.seconds(5)
    private static let shortestAnswerLimit = Duration.seconds(3)
    private static let longestAnswerLimit = Duration.seconds(10)
    private static let shortestStallLimit = Duration.seconds(60)

    private let options: RingOptions
    private var waits = AdaptiveTimeout()
    private var answers = AdaptiveTimeout()
    private var longestWait: Duration?

    init(_ options: RingOptions) { self.options = options }

    /// How long the peer may be silent before it is asked.
    var silenceLimit: Duration {
        let longest = options.silenceLimit
        return waits.value(
            unmeasured: min(longest, Self.firstQuestion), margin: 2,
            within: min(longest, Self.soonestQuestion)...longest)
    }

    /// How long the peer may take to answer.
    var answerLimit: Duration {
        let longest = min(options.silenceLimit, Self.longestAnswerLimit)
        return answers.value(
            unmeasured: min(longest, Self.firstAnswerLimit), margin: 8,
            within: min(longest, Self.shortestAnswerLimit)...longest)
    }

    /// How long a peer that answers may send nothing: it computes, or waits itself for another.
    var stallLimit: Duration {
        let longest = options.stallLimit
        return waits.value(
            unmeasured: longest, margin: 20, within: min(longest, Self.shortestStallLimit)...longest)
    }

    /// A chunk came after this time. Of a step, whose sums may travel in several collectives, the longest wait counts:
    /// it is the one for the peer's own micro-batches, the others are the network's.
    mutating func waited(_ time: Duration) { longestWait = max(longestWait ?? .zero, time) }

    mutating func endStep() {
        if let longestWait { waits.record(longestWait) }
        longestWait = nil
    }

    mutating func answered(after time: Duration) { answers.record(time) }
}
