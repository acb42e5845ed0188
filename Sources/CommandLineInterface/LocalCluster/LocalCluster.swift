import CoordinatorService
import Foundation
import Logging

/// A coordinator in this process and workers beside it, for as long as one job needs them.
struct LocalCluster: Sendable {
    /// How long workers may take to come up.
    static let startTime = Duration.seconds(30)
    /// How often the coordinator hears of progress: often, for somebody looks on.
    static let heartbeat = Duration.milliseconds(500)
    /// How long a request to the coordinator of this very process may take.
    static let requestTime = Duration.seconds(60)

    let workerCount: Int
    let cacheFolder: URL
    /// What cached features may take; `nil`: no limit.
    var cacheLimitBytes: Int?
    /// `nil`: a temporary one, which is removed.
    let stateFolder: URL?

    /// Starts the cluster, runs `body`, and stops all of it however that ends.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (CoordinatorClient) async throws -> Result
    ) async throws -> Result {
        let folder =
            stateFolder
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("graft-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { if stateFolder == nil { try? FileManager.default.removeItem(at: folder) } }

        return try await withCoordinator(state: folder) { endpoint in
            let workers = try WorkerProcesses(
                names: workerNames, arguments: workerArguments(coordinator: endpoint), logFolder: folder)
            do {
                let result = try await whileAlive(workers) {
                    try await CoordinatorClient.with(endpoint, timeout: Self.requestTime) { client in
                        try await waitForWorkers(client)
                        return try await body(client)
                    }
                }
                await workers.stop()
                return result
            } catch {
                await workers.stop()
                throw error
            }
        }
    }

    /// Names hold for a cache folder, which several runs may use at a time.
    private var workerNames: [String] {
        (1...workerCount).map { "run-\(ProcessInfo.processInfo.processIdentifier)-\($0)" }
    }

    /// Nobody beyond this host has to do with these workers.
    func workerArguments(coordinator: String) -> [String] {
        var arguments = [
            "--coordinator", coordinator, "--cache", cacheFolder.path, "--listen", "tcp://127.0.0.1:0",
        ]
        if let cacheLimitBytes { arguments += ["--cache-limit", "\(cacheLimitBytes)"] }
        return arguments
    }

    private func withCoordinator<Result>(
        state: URL, _ body: (String) async throws -> Result
    ) async throws -> Result {
        var logger = Logger(label: "graft.coordinator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let coordinator = Coordinator(
            configuration: CoordinatorConfiguration(
                listen: "tcp://127.0.0.1:0", stateDirectory: state, heartbeatInterval: Self.heartbeat),
            logger: logger)
        let service = Task { try await coordinator.run() }
        do {
            let result = try await body(try await coordinator.boundEndpoint)
            service.cancel()
            _ = await service.result
            return result
        } catch {
            service.cancel()
            _ = await service.result
            throw error
        }
    }

    /// Runs `body`, but no longer than there is a worker to do its work.
    private func whileAlive<Result: Sendable>(
        _ workers: WorkerProcesses, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await workers.waitForEnd()
                throw CommandFailure(.jobFailed, "every worker process has ended: \(workers.obituary)")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private func waitForWorkers(_ client: CoordinatorClient) async throws {
        let end = ContinuousClock.now + Self.startTime
        // Busy ones count too: with a state folder an earlier run's job may have taken them already.
        let names = Set(workerNames)
        while try await client.workers().count(where: { names.contains($0.name) && $0.state != "lost" })
            < workerCount
        {
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    .jobFailed,
                    "the \(workerCount) workers did not come up within \(Self.startTime); "
                        + "keep their logs with --state FOLDER and look there")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
