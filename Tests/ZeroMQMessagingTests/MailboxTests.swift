import Synchronization
import Testing

@testable import ZeroMQMessaging

@Suite struct MailboxTests {
    @Test func deliversInOrderAndEnds() async {
        let mailbox = Mailbox<Int>()
        for number in 0..<5000 { mailbox.offer(number) }
        mailbox.finish()
        #expect(!mailbox.offer(7) == false)
        var received: [Int] = []
        for await number in mailbox.stream { received.append(number) }
        #expect(received == Array(0..<5000))
    }

    @Test("a wait ends at its deadline, and a later one at its own")
    func deadlines() async {
        let mailbox = Mailbox<Int>()
        for milliseconds in [30, 10, 50] {
            let start = ContinuousClock.now
            let outcome = await mailbox.next(until: start + .milliseconds(milliseconds))
            guard case .timedOut = outcome else {
                Issue.record("no time-out: \(outcome)")
                continue
            }
            let waited = ContinuousClock.now - start
            #expect(waited >= .milliseconds(milliseconds))
        }
        mailbox.offer(3)
        guard case .element(3) = await mailbox.next(until: .now + .seconds(5)) else {
            Issue.record("the element is gone")
            return
        }
    }

    @Test("a timer that was set for an earlier wait does not cut a later one short")
    func laterWaitOutlivesTimer() async {
        let mailbox = Mailbox<Int>()
        async let first = mailbox.next(until: .now + .milliseconds(60))
        try? await Task.sleep(for: .milliseconds(10))
        mailbox.offer(1)
        guard case .element(1) = await first else {
            Issue.record("the first wait got nothing")
            return
        }
        async let second = mailbox.next(until: .now + .seconds(10))
        try? await Task.sleep(for: .milliseconds(120))
        mailbox.offer(2)
        guard case .element(2) = await second else {
            Issue.record("the second wait was cut short")
            return
        }
    }

    @Test func cancellationEndsTheWait() async {
        let mailbox = Mailbox<Int>()
        let task = Task { await mailbox.next(until: .now + .seconds(60)) }
        try? await Task.sleep(for: .milliseconds(20))
        task.cancel()
        guard case .finished = await task.value else {
            Issue.record("the wait went on")
            return
        }
        // An element is not lost to the cancelled waiter.
        mailbox.offer(1)
        #expect(mailbox.takeNow() == 1)
    }

    @Test("full is said at the capacity, drained once at half of it")
    func capacity() {
        let drained = Mutex(0)
        let mailbox = Mailbox<Int>(capacity: 4) { drained.withLock { $0 += 1 } }
        #expect((0..<4).map { mailbox.offer($0) } == [true, true, true, false])
        #expect(mailbox.takeNow() == 0)
        #expect(drained.withLock { $0 } == 0)
        while mailbox.takeNow() != nil {}
        #expect(drained.withLock { $0 } == 1)
    }
}
