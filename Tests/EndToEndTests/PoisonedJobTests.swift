import Foundation
import Testing

/// Worker processes that die by a signal whenever they run one job, under `graft worker --processes`.
@Suite(.serialized) struct PoisonedJobTests {
    @Test(arguments: [SIGKILL, SIGSEGV])
    func poisonedJobFailsAndTheClusterLives(signal: Int32) async throws {
        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let supervisor = try GraftProcess(
            [
                "worker", "--name", "host", "--processes", "2", "--listen", "tcp://127.0.0.1:0", "--cache",
                cluster.folder.file("cache").path,
            ],
            // A backtrace of a crash in a debug build takes longer than the crash.
            environment: cluster.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 })

        var poison = try TinyJob()
        poison.epochs = 100_000
        var well = try TinyJob()
        well.epochs = 8
        try await submit(poison, as: "poison", to: cluster)
        var signals = 0
        var victims: Set<Int32> = []
        let deadline = ContinuousClock.now + .seconds(100)
        while try await state("poison", cluster) != "failed" {
            try #require(
                ContinuousClock.now < deadline, "the poisoned job is not given up: \(supervisor.errors)")
            for worker in try await cluster.list(["workers"]) where worker["jobID"] is String {
                guard let name = worker["name"] as? String,
                    let process = Self.child(of: supervisor.identifier, named: name),
                    victims.insert(process).inserted
                else { continue }
                kill(process, signal)
                signals += 1
            }
        }
        let shown = try await cluster.json(["show", "poison"])
        let message = (shown["summary"] as? [String: Any])?["message"] as? String
        #expect(message?.contains("3 generations in a row") == true, "\(message ?? "")")
        #expect(signals >= 3)
        #expect(supervisor.isRunning && supervisor.errors.contains("was killed by signal \(signal)"))

        // Both workers come back by themselves and do another job.
        try await submit(well, as: "well", to: cluster, minimum: 2)
        let end = ContinuousClock.now + .seconds(60)
        while try await state("well", cluster) != "done" {
            try #require(ContinuousClock.now < end, "the next job is not done: \(supervisor.errors)")
            try await Task.sleep(for: .milliseconds(100))
        }
        await supervisor.stop()
        await coordinator.stop()
    }

    private func state(_ job: String, _ cluster: Cluster) async throws -> String? {
        try await cluster.summary(of: job)?["state"] as? String
    }

    private func submit(_ job: TinyJob, as name: String, to cluster: Cluster, minimum: Int = 1) async throws {
        let file = try job.write()
        // One segment is as long as can be, so that the job dies before it gets anywhere.
        let text = job.text.replacingOccurrences(of: "name: tiny", with: "name: \(name)")
            .replacingOccurrences(
                of: "minimum: 1, maximum: 8", with: "minimum: \(minimum), maximum: \(minimum)"
            )
            .replacingOccurrences(of: "  batch: 16\n", with: "  batch: 16\n  evaluate_every: 100000\n")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let submitted = try await cluster.run(["submit", file])
        try #require(submitted.exitCode == 0, "\(submitted.errors)")
    }

    /// The worker process of this name that the supervisor has started.
    private static func child(of parent: Int32, named name: String) -> Int32? {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
        let children = threads.compactMap {
            try? String(contentsOfFile: "/proc/\(parent)/task/\($0)/children", encoding: .utf8)
        }.joined(separator: " ")
        return children.split(separator: " ").compactMap { Int32($0) }.first { process in
            let arguments = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            return (arguments ?? "").split(separator: "\0").contains { $0 == name }
        }
    }
}
