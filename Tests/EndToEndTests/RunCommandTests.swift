import Foundation
import Testing
import TestingSupport

/// `graft run` leaves nothing behind: not on Ctrl-C, and not when it is killed itself.
@Suite(.serialized) struct RunCommandTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
    func stopsItsChildren(signal: Int32) async throws {
        var job = try TinyJob()
        job.epochs = 5000
        let run = try GraftProcess([
            "run", try job.write(), "--workers", "2", "--cache", job.folder.file("cache").path,
            "--output", job.folder.file("model").path,
        ])
        try await run.waitForOutput { $0.contains("training") }
        let children = Self.children(of: run.identifier)
        #expect(children.count == 2)
        run.send(signal)
        _ = try await run.wait(timeout: .seconds(20))
        for _ in 0..<100 where children.contains(where: Self.isAlive) {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(!children.contains(where: Self.isAlive), "workers outlived graft run")
        #expect(!FileManager.default.fileExists(atPath: job.folder.file("model").path))
    }

    /// The interrupted job is cancelled, so that the next run on the same state has its workers to itself.
    @Test func aStateFolderCanBeUsedAgainAfterCtrlC() async throws {
        var job = try TinyJob()
        job.epochs = 5000
        let common = [
            "--workers", "2", "--cache", job.folder.file("cache").path, "--state",
            job.folder.file("state").path,
        ]
        let first = try GraftProcess(
            ["run", try job.write(), "--output", job.folder.file("first").path] + common)
        try await first.waitForOutput { $0.contains("training") }
        first.send(SIGINT)
        #expect(try await first.wait(timeout: .seconds(20)).exitCode == 130)
        job.epochs = 1
        let second = try await GraftProcess(
            ["run", try job.write(), "--output", job.folder.file("second").path] + common
        ).wait()
        #expect(second.exitCode == 0, "\(second.output)\(second.errors)")
    }

    /// The job's end decides the exit code.
    @Test func failedJobExitsWithOne() async throws {
        var job = try TinyJob()
        job.learningRate = 1e30
        job.technique = "from-scratch"
        job.options = ""
        let result = try await GraftProcess([
            "run", try job.write(), "--workers", "2", "--cache", job.folder.file("cache").path,
            "--output", job.folder.file("model").path,
        ]).wait()
        #expect(result.exitCode == 1, "\(result.output)\(result.errors)")
        #expect(
            result.errors.lowercased().contains("loss") || result.errors.contains("gradient"),
            "\(result.errors)")
        #expect(
            result.errors.lowercased().contains("lower the learning rate"),
            "the advice is missing: \(result.errors)")
    }

    private static func children(of parent: Int32) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
                return false
            }
            return status.contains("PPid:\t\(parent)\n")
        }
    }

    private static func isAlive(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
            return false
        }
        return !status.contains("State:\tZ")
    }
}
