import Foundation
import ServiceLifecycle
import Testing
import ZeroMQMessaging

@testable import WorkerService

@Suite(.serialized) struct MembershipTests {
    @Test func aWorkerSaysWhoItIsAndLeavesWithAGoodbye() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { ids in
            let registration = try #require(await fixture.coordinator.registrations.first)
            #expect(registration.name == "a" && registration.cores > 0 && registration.memoryBytes > 0)
            #expect(registration.peerEndpoint.hasPrefix("tcp://127.0.0.1:"))
            #expect(
                registration.kernelFamily.hasPrefix("openblas-") && registration.softwareVersion == "7.8.9")
            try await fixture.coordinator.untilHeartbeats(3)
            #expect(await fixture.coordinator.heartbeats.last?.activity == "idle")
        }
        try await fixture.coordinator.untilDepartures(1)
        await fixture.shutdown()
    }

    @Test func aGracefulShutdownTakesItOutOfTheCluster() async throws {
        let fixture = try await WorkerFixture()
        let worker = Worker(
            configuration: WorkerConfiguration(
                coordinatorEndpoint: fixture.coordinator.endpoint, name: "a",
                cacheDirectory: fixture.folder.appendingPathComponent("a"),
                peerListenEndpoint: "tcp://127.0.0.1:0"), logger: WorkerFixture.logger)
        let group = ServiceGroup(services: [worker], logger: WorkerFixture.logger)
        let running = Task { try await group.run() }
        try await fixture.coordinator.untilRegistered(1)
        await group.triggerGracefulShutdown()
        // A service that ends while the group shuts down is no failure of the group's.
        try await running.value
        try await fixture.coordinator.untilDepartures(1)
        await fixture.shutdown()
    }

    @Test func itsIdLastsAndItsSessionDoesNot() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { _ in }
        try await fixture.withWorkers(["a"]) { _ in }
        let registrations = await fixture.coordinator.registrations
        #expect(registrations.count == 2)
        #expect(registrations[0].workerID == registrations[1].workerID)
        #expect(registrations[0].sessionID != registrations[1].sessionID)
        await fixture.shutdown()
    }

    @Test func aForgottenWorkerRegistersAgain() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { _ in
            await fixture.coordinator.forgetWorkers()
            try await fixture.coordinator.untilRegistered(2)
            let registrations = await fixture.coordinator.registrations
            #expect(registrations[0].sessionID == registrations[1].sessionID)
        }
        await fixture.shutdown()
    }

    @Test func aCoordinatorThatStartsLaterIsFound() async throws {
        let fixture = try await WorkerFixture()
        let endpoint = fixture.coordinator.endpoint
        await fixture.coordinator.close()
        let worker = Worker(
            configuration: WorkerConfiguration(
                coordinatorEndpoint: endpoint, name: "a",
                cacheDirectory: fixture.folder.appendingPathComponent("a"),
                peerListenEndpoint: "tcp://127.0.0.1:0"), logger: WorkerFixture.logger)
        let running = Task { try await worker.run() }
        try await Task.sleep(for: .milliseconds(300))
        let late = try await FakeCoordinator(
            context: fixture.context, folder: fixture.folder.appendingPathComponent("late"),
            endpoint: endpoint)
        try await late.untilRegistered(1)
        running.cancel()
        try await running.value
        await fixture.shutdown()
    }

    @Test func twoWorkersOfOneNameAndFolderAreRefused() async throws {
        let fixture = try await WorkerFixture()
        try await fixture.withWorkers(["a"]) { _ in
            let second = Worker(
                configuration: WorkerConfiguration(
                    coordinatorEndpoint: fixture.coordinator.endpoint, name: "a",
                    cacheDirectory: fixture.folder.appendingPathComponent("a")), logger: WorkerFixture.logger)
            let error = await #expect(throws: WorkerError.self) { try await second.run() }
            #expect(error?.code == .nameInUse)
        }
        await fixture.shutdown()
    }
}
