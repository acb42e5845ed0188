import Foundation
import Testing

@testable import WorkerService

@Suite(.timeLimit(.minutes(1))) struct ParentWatchTests {
    @Test func aParentThatEndedBeforeTheFirstLookIsNoticed() async throws {
        let gone = Process()
        gone.executableURL = URL(fileURLWithPath: "/bin/true")
        try gone.run()
        gone.waitUntilExit()
        let fixture = try await WorkerFixture()
        let worker = Worker(
            configuration: WorkerConfiguration(
                coordinatorEndpoint: fixture.coordinator.endpoint, name: "a",
                cacheDirectory: fixture.folder.appendingPathComponent("a"),
                peerListenEndpoint: "tcp://127.0.0.1:0", exitWithParent: gone.processIdentifier),
            logger: WorkerFixture.logger)
        try await worker.run()
        await fixture.shutdown()
    }

    @Test func aLivingParentIsWaitedFor() async throws {
        let watch = Task { try await ParentWatch.untilEnd(ofParent: getppid()) }
        try await Task.sleep(for: .milliseconds(50))
        watch.cancel()
        await #expect(throws: CancellationError.self) { try await watch.value }
    }
}
