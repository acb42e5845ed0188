import Foundation
import TestingSupport

/// A coordinator and workers as processes of their own, on a free port of this machine or on hosts of their own.
final class Cluster: Sendable {
    let folder: TemporaryFolder
    let port: Int
    private let hosts: NamespaceHosts?

    var endpoint: String { "tcp://\(address("coordinator")):\(port)" }
    var environment: [String: String] { ["GRAFT_COORDINATOR": endpoint, "XDG_CACHE_HOME": folder.url.path] }

    /// - Parameter hosts: one named `coordinator` and one for each worker; `nil`: this machine.
    init(hosts: NamespaceHosts? = nil) throws {
        self.hosts = hosts
        folder = try TemporaryFolder("cluster")
        port = try FreePort.choose()
    }

    private func address(_ host: String) -> String { hosts?.address(host) ?? "127.0.0.1" }

    private func launcher(_ host: String) -> [String] { hosts?.launcher(host) ?? [] }

    func startCoordinator() async throws -> GraftProcess {
        let coordinator = try GraftProcess(
            ["coordinator", "--listen", endpoint, "--state", folder.file("state").path],
            launcher: launcher("coordinator"))
        // Ready once it answers.
        for _ in 0..<100 {
            if try await run(["workers", "--timeout", "1"]).exitCode == 0 { return coordinator }
        }
        throw GraftProcess.ProcessFailure.timedOut("the coordinator does not answer: \(coordinator.errors)")
    }

    /// A worker with a cache of its own, as on a host of its own.
    func startWorker(
        _ name: String, cache: String? = nil, options: [String] = [], environment: [String: String] = [:]
    ) throws -> GraftProcess {
        try GraftProcess(
            [
                "worker", "--coordinator", endpoint, "--name", name,
                "--listen", "tcp://\(address(name)):0", "--cache", folder.file("cache-\(cache ?? name)").path,
            ] + options, environment: environment, launcher: launcher(name))
    }

    /// Runs a client command and waits for it.
    func run(_ arguments: [String], timeout: Duration = .seconds(120)) async throws -> GraftProcess.Result {
        try await GraftProcess(arguments, environment: environment, launcher: launcher("coordinator"))
            .wait(timeout: timeout)
    }

    /// Runs a client command with --json and reads the object that it prints.
    func json(_ arguments: [String]) async throws -> [String: Any] {
        try await printed(by: arguments) as [String: Any]
    }

    /// Runs a client command with --json and reads the list that it prints.
    func list(_ arguments: [String]) async throws -> [[String: Any]] {
        try await printed(by: arguments) as [[String: Any]]
    }

    private func printed<Value>(by arguments: [String]) async throws -> Value {
        let result = try await run(arguments + ["--json"])
        guard result.exitCode == 0 else {
            throw GraftProcess.ProcessFailure.unexpected(
                "graft \(arguments.joined(separator: " ")) ended with \(result.exitCode): "
                    + result.output + result.errors)
        }
        guard let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? Value else {
            throw GraftProcess.ProcessFailure.unexpected(
                "graft \(arguments.joined(separator: " ")) printed no \(Value.self): \(result.output)")
        }
        return value
    }
}
