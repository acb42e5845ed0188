import ArgumentParser
import Foundation

/// Where the coordinator is, for every command that asks it something.
struct ClientOptions: ParsableArguments {
    static let environmentVariable = "GRAFT_COORDINATOR"
    static let defaultEndpoint = "tcp://127.0.0.1:7070"

    @Option(
        help: ArgumentHelp(
            "Where the coordinator listens. (default: $\(environmentVariable), or \(defaultEndpoint))",
            valueName: "endpoint"))
    var coordinator: String?

    @Option(help: ArgumentHelp("Seconds to wait for the coordinator.", valueName: "seconds"))
    var timeout: Double = 10

    var endpoint: String {
        coordinator ?? ProcessInfo.processInfo.environment[Self.environmentVariable] ?? Self.defaultEndpoint
    }

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout must be more than 0 and at most 86400 seconds.")
        }
    }

    /// Runs `body` with a client of the coordinator, which is closed afterwards.
    func withClient<Result>(_ body: (CoordinatorClient) async throws -> Result) async throws -> Result {
        try await CoordinatorClient.with(endpoint, timeout: .seconds(timeout), body)
    }

    /// Finds the job that is meant, asks for a change of it, and prints what became of it and its id.
    func change(
        _ selection: JobSelection, saying outcome: String,
        _ request: (CoordinatorClient, String) async throws -> Void
    ) async throws {
        let jobID = try await withClient { client in
            let jobID = try await client.jobID(for: selection.job)
            try await request(client, jobID)
            return jobID
        }
        print("\(outcome) \(jobID)")
    }
}
