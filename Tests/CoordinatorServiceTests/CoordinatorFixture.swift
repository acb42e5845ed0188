import Foundation
import Logging
import Testing
import WireProtocol
import ZeroMQMessaging

@testable import CoordinatorService

/// A coordinator on a free port with a state directory of its own, with short intervals.
final class CoordinatorFixture: Sendable {
    let directory: URL
    let messaging: MessagingContext
    let stateDirectory: URL

    /// - Parameter stateDirectory: `nil`: one of its own.
    init(stateDirectory: URL? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "coordinator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        messaging = try MessagingContext()
        self.stateDirectory = stateDirectory ?? directory.appendingPathComponent("state")
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Starts a coordinator; the port of an earlier one can be asked for again.
    func start(listen: String = "tcp://127.0.0.1:0", timeout: Duration = .seconds(4)) async throws
        -> RunningCoordinator
    {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let coordinator = Coordinator(
            configuration: CoordinatorConfiguration(
                listen: listen, stateDirectory: stateDirectory, heartbeatInterval: .milliseconds(100),
                heartbeatTimeout: timeout, commandRetryInterval: .milliseconds(200)),
            logger: logger)
        let task = Task { try await coordinator.run() }
        return RunningCoordinator(endpoint: try await coordinator.boundEndpoint, task: task)
    }

    func client(_ coordinator: RunningCoordinator) async throws -> TestClient {
        try await TestClient(endpoint: coordinator.endpoint, messaging: messaging)
    }

    func worker(
        _ id: String, _ coordinator: RunningCoordinator,
        behaviour: FakeWorker.Behaviour = FakeWorker.Behaviour()
    ) async throws -> FakeWorker {
        let worker = try await FakeWorker(
            id: id, endpoint: coordinator.endpoint, messaging: messaging, behaviour: behaviour)
        await worker.start()
        return worker
    }
}

struct RunningCoordinator: Sendable {
    let endpoint: String
    let task: Task<Void, any Error>

    /// Ends it as a signal would; whatever it had not stored is gone.
    func stop() async {
        task.cancel()
        _ = try? await task.value
    }
}

struct TimedOut: Error, CustomStringConvertible {
    var description: String
}

/// Waits until `condition` has a value.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(40), _ condition: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let value = try await condition() { return value }
        try await Task.sleep(for: .milliseconds(15))
    }
    throw TimedOut(description: "\(what) did not happen within \(limit)")
}
