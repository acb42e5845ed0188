import Testing

@testable import WireProtocol

@Suite struct AdaptiveTimeoutTests {
    private static let bounds = Duration.milliseconds(100)...Duration.seconds(30)

    private func value(_ timeout: AdaptiveTimeout, margin: Double = 1) -> Double {
        timeout.value(unmeasured: .seconds(3), margin: margin, within: Self.bounds).inSeconds
    }

    private func timeout(_ measured: [Double]) -> AdaptiveTimeout {
        var timeout = AdaptiveTimeout()
        for seconds in measured { timeout.record(seconds: seconds) }
        return timeout
    }

    @Test("what RFC 6298 computes, step by step")
    func recurrence() {
        #expect(value(timeout([])) == 3)
        // One measurement R: R + 4 · R/2.
        #expect(abs(value(timeout([1])) - 3) < 1e-9)
        // Then 2 s: the deviation is 3/4 · 0.5 + 1/4 · 1, the smoothed time 7/8 + 2/8.
        #expect(abs(value(timeout([1, 2])) - (1.125 + 4 * 0.625)) < 1e-9)
    }

    @Test("a steady peer is missed soon, a jittery one of the same mean later, both within the bounds")
    func jitter() {
        let steady = timeout(Array(repeating: 2, count: 50))
        let jittery = timeout((0..<50).map { $0 % 2 == 0 ? 1 : 3 })
        #expect(value(steady) < 2.1 && value(jittery) > 4)
        #expect(value(timeout(Array(repeating: 0.000_1, count: 50))) == 0.1)
        #expect(value(timeout([20, 90, 20])) == 30)
        #expect(abs(value(steady, margin: 3) - 3 * value(steady)) < 0.1)
    }

    @Test("a peer that becomes slow is given more time, and less once it is fast again")
    func follows() {
        var timeout = timeout(Array(repeating: 0.2, count: 30))
        let before = value(timeout)
        for _ in 0..<30 { timeout.record(seconds: 4) }
        let slow = value(timeout)
        for _ in 0..<60 { timeout.record(seconds: 0.2) }
        #expect(before < 1 && slow > 4 && value(timeout) < 1)
    }

    @Test("answers that cannot be measured lengthen the next attempt, until one can be")
    func backoff() {
        var timeout = timeout(Array(repeating: 0.5, count: 30))
        let usual = value(timeout)
        timeout.answered(afterAttempts: 1)
        #expect(value(timeout) == usual)
        timeout.answered(afterAttempts: 3)
        #expect(abs(value(timeout) - 4 * usual) < 1e-6)
        timeout.record(seconds: 0.5)
        #expect(value(timeout) <= usual)
    }

    @Test("what is no time changes nothing", arguments: [-1, .nan, .infinity])
    func nonsense(seconds: Double) {
        #expect(timeout([0.5, seconds]) == timeout([0.5]))
    }

    @Test("a request's attempts wait ever longer; one that has no time for a second attempt has the whole")
    func attempts() {
        let patience = RequestPatience(timeout: .seconds(3), deadline: .seconds(30))
        let fast = timeout(Array(repeating: 0.01, count: 20))
        #expect(patience.timeout(ofAttempt: 1, measured: AdaptiveTimeout()) == .seconds(3))
        #expect(
            (1...6).map { patience.timeout(ofAttempt: $0, measured: fast) }
                == [1, 2, 4, 8, 10, 10].map { Duration.seconds($0) })
        let slow = timeout(Array(repeating: 7, count: 50))
        #expect(patience.timeout(ofAttempt: 1, measured: slow) > .seconds(7))
        let once = RequestPatience(timeout: .seconds(2), deadline: .seconds(2))
        #expect(once.timeout(ofAttempt: 1, measured: fast) == .seconds(2))
    }
}
