import Testing

@testable import Collectives

@Suite struct PeerPatienceTests {
    private func patience(waits: [Duration], answers: [Duration] = [], limit: Duration = .seconds(30))
        -> PeerPatience
    {
        var patience = PeerPatience(RingOptions(silenceLimit: limit))
        for wait in waits {
            // The network's own waits beside the one for the peer's work.
            patience.waited(.microseconds(50))
            patience.waited(wait)
            patience.waited(.microseconds(50))
            patience.endStep()
        }
        for time in answers { patience.answered(after: time) }
        return patience
    }

    @Test("where nothing was measured questions come soon, and stalls are borne as configured")
    func unmeasured() {
        let patience = patience(waits: [])
        #expect(patience.silenceLimit == .seconds(2))
        #expect(patience.answerLimit == .seconds(5))
        #expect(patience.stallLimit == .seconds(600))
    }

    @Test("a fast peer is asked and given up sooner than a slow one, both within the configured limits")
    func measured() {
        let fast = patience(
            waits: Array(repeating: .milliseconds(5), count: 40),
            answers: Array(repeating: .milliseconds(1), count: 5))
        #expect(fast.silenceLimit == .milliseconds(500))
        #expect(fast.answerLimit == .seconds(3))
        #expect(fast.stallLimit == .seconds(60))
        let slow = patience(
            waits: Array(repeating: .seconds(8), count: 40),
            answers: [.milliseconds(300), .milliseconds(900), .milliseconds(200)])
        #expect(slow.silenceLimit > .seconds(16) && slow.silenceLimit <= .seconds(30))
        #expect(slow.answerLimit > .seconds(5) && slow.answerLimit <= .seconds(10))
        #expect(slow.stallLimit > .seconds(150) && slow.stallLimit <= .seconds(600))
    }

    @Test("limits below the floors are kept")
    func tightLimits() {
        let patience = patience(
            waits: Array(repeating: .milliseconds(5), count: 40), answers: [.milliseconds(1)],
            limit: .milliseconds(100))
        #expect(patience.silenceLimit == .milliseconds(100))
        #expect(patience.answerLimit == .milliseconds(100))
        #expect(patience.stallLimit == .seconds(2))
    }
}
