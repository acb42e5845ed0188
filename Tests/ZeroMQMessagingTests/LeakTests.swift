import Foundation
import Testing

@testable import ZeroMQMessaging

/// Serialised with nothing else in the process counting would be best; counts settle, so they are awaited.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LeakTests {
    @Test("fifty contexts, opened, used and closed, leave no descriptor and no thread")
    func cycles() async throws {
        try await cycle()
        let before = try counts()
        for _ in 0..<50 { try await cycle() }
        // Other tests of this process open sockets too; what leaked would stay.
        for _ in 0..<200 {
            let now = try counts()
            if now.descriptors <= before.descriptors + 10, now.threads <= before.threads + 10 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let after = try counts()
        #expect(after.descriptors <= before.descriptors + 10)
        #expect(after.threads <= before.threads + 10)
    }

    @Test("a context that is merely forgotten closes itself")
    func forgotten() async throws {
        let before = try counts()
        for _ in 0..<20 {
            let context = try MessagingContext()
            _ = try await context.bindRouter(to: "tcp://127.0.0.1:0")
        }
        for _ in 0..<200 where try counts().descriptors > before.descriptors + 10 {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try counts().descriptors <= before.descriptors + 10)
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
