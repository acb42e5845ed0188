import Foundation
import Testing
import ZeroMQMessaging

@testable import WorkerService

@Suite struct AdvertisedEndpointTests {
    private func endpoint(
        _ text: String?, bound: String = "tcp://0.0.0.0:4000", coordinator: String = "tcp://127.0.0.1:7070"
    ) throws -> String {
        try AdvertisedEndpoint.endpoint(
            wish: try text.map(AdvertisedEndpoint.Wish.init), bound: bound, coordinator: coordinator)
    }

    @Test(arguments: [
        ("node-3", "tcp://node-3:4000"), ("node-3.example_a.org:9", "tcp://node-3.example_a.org:9"),
        ("tcp://10.0.0.7:9", "tcp://10.0.0.7:9"), ("tcp://10.0.0.7", "tcp://10.0.0.7:4000"),
    ])
    func whatTheUserSaysIsTold(text: String, expected: String) throws {
        #expect(try endpoint(text) == expected)
    }

    @Test(arguments: [("[fd00::2]", "tcp://[fd00::2]:4000"), ("tcp://[fd00::2]:9", "tcp://[fd00::2]:9")])
    func addressesInBracketsAreForWhoListensThere(text: String, expected: String) throws {
        #expect(try endpoint(text, bound: "tcp://[::]:4000") == expected)
        let error = #expect(throws: MessagingError.self) { try endpoint(text) }
        #expect(error?.message.contains("tcp://[::]:0") == true)
    }

    @Test(arguments: [
        "", "tcp://", "host:", "host:0", "host:99999", "host:port", "host:1:2", "fd00::2", "[fd00::2",
        "[host]",
        "[fd00::2]x", "udp://host:1", "two words", "tcp://host/path", "0.0.0.0", "[::]", "*:80", "höst",
    ])
    func anythingElseIsNamed(text: String) throws {
        let error = #expect(throws: MessagingError.self) {
            try endpoint(text, bound: "tcp://[::]:4000")
        }
        #expect(error?.code == .badEndpoint)
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test func theHostThatIsListenedAtIsTold() throws {
        #expect(try endpoint(nil, bound: "tcp://10.1.0.5:4000") == "tcp://10.1.0.5:4000")
        #expect(try endpoint(nil) == "tcp://127.0.0.1:4000")
        #expect(try endpoint("node-3", bound: "tcp://10.1.0.5:4000") == "tcp://node-3:4000")
    }

    @Test func aWorkerWithABadAddressDoesNotStart() async throws {
        let fixture = try await WorkerFixture()
        let worker = Worker(
            configuration: WorkerConfiguration(
                coordinatorEndpoint: fixture.coordinator.endpoint, name: "a",
                cacheDirectory: fixture.folder.appendingPathComponent("a"), advertisedAddress: "fd00::2"),
            logger: WorkerFixture.logger)
        let error = await #expect(throws: MessagingError.self) { try await worker.run() }
        #expect(error?.code == .badEndpoint)
        #expect(await fixture.coordinator.registrations.isEmpty)
        await fixture.shutdown()
    }
}
