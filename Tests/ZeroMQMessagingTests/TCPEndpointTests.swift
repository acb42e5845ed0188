import Foundation
import Testing

@testable import ZeroMQMessaging

@Suite(.timeLimit(.minutes(1))) struct TCPEndpointTests {
    static let hasIPv6 = FileManager.default.fileExists(atPath: "/proc/net/if_inet6")

    @Test(arguments: [
        ("tcp://10.1.0.5:4000", "10.1.0.5", "4000", false, false),
        ("tcp://head:0", "head", "0", false, false),
        ("tcp://[fd00::2]:70", "fd00::2", "70", true, false), ("tcp://[::]:70", "::", "70", true, true),
        ("tcp://0.0.0.0:0", "0.0.0.0", "0", false, true), ("tcp://*:*", "*", "*", false, true),
    ])
    func parts(text: String, host: String, port: String, isIPv6: Bool, isWildcard: Bool) throws {
        let endpoint = try #require(TCPEndpoint(text))
        #expect(endpoint == TCPEndpoint(host: host, port: port, isIPv6: isIPv6))
        #expect(endpoint.isWildcard == isWildcard)
        #expect(endpoint.description == text)
    }

    @Test(arguments: [
        "", "head", "head:70", "udp://head:70", "tcp://head", "tcp://:70", "tcp://fd00::2",
        "tcp://[fd00::2:7",
    ])
    func otherTextIsNone(text: String) { #expect(TCPEndpoint(text) == nil) }

    @Test("an IPv6 address in brackets can be listened at and reached", .enabled(if: hasIPv6))
    func literalIPv6() async throws {
        let context = try MessagingContext()
        let router = try await context.bindRouter(to: "tcp://[::1]:0")
        #expect(TCPEndpoint(router.endpoint)?.host == "::1")
        #expect(try localAddress(towards: router.endpoint) == "::1")
        let dealer = try await context.connectDealer(to: router.endpoint)
        try await dealer.send([1, 2, 3])
        var requests = router.incoming.makeAsyncIterator()
        #expect(await requests.next()?.body == [1, 2, 3])
        await context.shutdown()
    }
}
