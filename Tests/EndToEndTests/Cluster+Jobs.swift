import Foundation
import Testing

/// Following a job from outside, through coordinators that come and go.
extension Cluster {
    /// `nil` while the coordinator cannot be reached.
    func summary(of job: String) async throws -> [String: Any]? {
        let result = try await run(["show", job, "--json", "--timeout", "2"])
        guard result.exitCode == 0 else { return nil }
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return object?["summary"] as? [String: Any]
    }

    /// Waits until so many workers have registered.
    func waitForWorkers(_ count: Int) async throws {
        for _ in 0..<400 {
            if try await list(["workers"]).count == count { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw GraftProcess.ProcessFailure.timedOut("\(count) workers never came")
    }

    /// Waits until a job trains and has run so many steps.
    func waitForStep(_ step: Int, of job: String, timeout: Duration = .seconds(120)) async throws {
        try await wait("step \(step)", of: job, timeout) { summary in
            let isRunning = summary["progressUnit"] as? String == "steps"
            return isRunning && summary["progressDone"] as? Int ?? 0 >= step
        }
    }

    /// Waits for a job's end and gives its report; a job that is not done is a failure.
    func waitForEnd(of job: String, timeout: Duration = .seconds(180)) async throws -> [String: Any] {
        try await wait("the end", of: job, timeout) { summary in
            ["done", "failed", "cancelled"].contains(summary["state"] as? String ?? "")
        }
        let shown = try await json(["show", job])
        let summary = try #require(shown["summary"] as? [String: Any])
        let log = try await run(["logs", job]).output
        try #require(summary["state"] as? String == "done", "\(summary["message"] ?? "")\n\(log)")
        return try #require(shown["report"] as? [String: Any])
    }

    /// Waits until what `graft show` says of a job satisfies `condition`.
    func wait(
        _ what: String, of job: String, _ timeout: Duration = .seconds(60),
        until condition: ([String: Any]) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            if let summary = try await summary(of: job), condition(summary) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let log = try await run(["logs", job]).output
        throw GraftProcess.ProcessFailure.timedOut("job \(job) did not reach \(what) in \(timeout):\n\(log)")
    }
}
