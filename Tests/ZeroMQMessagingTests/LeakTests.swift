import Foundation
import Testing

@testable import ZeroMQMessaging

/// Other tests of this process open processes' pipes and sockets of their own meanwhile. What leaks grows with the
/// number of contexts, every time; what others hold does not: so there are many contexts, and some attempts.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LeakTests {
    private static let contexts = 100
    /// Far below one for each context.
    private static let tolerance = 40

    @Test("a hundred contexts, opened, used and closed, leave no descriptor and no thread")
    func cycles() async throws {
        try await cycle()
        #expect(try await settles { for _ in 0..<Self.contexts { try await cycle() } })
    }

    @Test("a context that is merely forgotten closes itself")
    func forgotten() async throws {
        let isClean = try await settles {
            for _ in 0..<Self.contexts {
                let context = try MessagingContext()
                _ = try await context.bindRouter(to: "tcp://127.0.0.1:0")
            }
        }
        #expect(isClean)
    }

    /// Whether counts come back to what they were before `body`, in one of some attempts.
    private func settles(_ body: () async throws -> Void) async throws -> Bool {
        for _ in 0..<4 {
            let before = try counts()
            try await body()
            for _ in 0..<100 {
                let now = try counts()
                if now.descriptors <= before.descriptors + Self.tolerance,
                    now.threads <= before.threads + Self.tolerance
                {
                    return true
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return false
    }

    private func cycle() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        let dealer = try await context.connectDealer(to: router.endpoint)
        try await dealer.send([1, 2, 3])
        var requests = router.incoming.makeAsyncIterator()
        #expect(await requests.next()?.body == [1, 2, 3])
        await context.shutdown()
    }

    private func counts() throws -> (descriptors: Int, threads: Int) {
        let manager = FileManager.default
        return (
            try manager.contentsOfDirectory(atPath: "/proc/self/fd").count,
            try manager.contentsOfDirectory(atPath: "/proc/self/task").count
        )
    }
}
