import Foundation
import Testing
import TestingSupport

/// A worker on a slow host does not hold up the others, and the model is the same.
@Suite(.serialized) struct SlowHostTests {
    /// Stops a process for most of the time, until told to end.
    private func slowDown(_ process: GraftProcess) -> Task<Void, Never> {
        Task.detached {
            while !Task.isCancelled, process.isRunning {
                process.send(SIGSTOP)
                try? await Task.sleep(for: .milliseconds(60))
                process.send(SIGCONT)
                try? await Task.sleep(for: .milliseconds(6))
            }
            process.send(SIGCONT)
        }
    }

    @Test func microBatchesMoveToTheFasterWorker() async throws {
        var job = try TinyJob()
        (job.technique, job.options) = ("from-scratch", "")
        job.epochs = 200
        job.minimumWorkers = 2
        job.evaluateEvery = 25
        let file = try job.write()
        let alone = try await SameBitsTests.model(workers: 1, of: file, cache: job.folder.file("alone").path)

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let workers = try ["fast", "slow"].map { try cluster.startWorker($0) }
        let slowing = slowDown(workers[1])
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        let log = try await logOnceLanesHaveMoved(cluster)
        slowing.cancel()
        _ = await slowing.value
        #expect(try #require(share(of: "slow", in: log)) < #require(share(of: "fast", in: log)), "\(log)")
        let report = try await cluster.waitForEnd(of: "tiny")
        #expect(report["modelSHA256"] as? String == alone.sha)
        #expect(report["workers"] as? Int == 2)
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }

    private func logOnceLanesHaveMoved(_ cluster: Cluster) async throws -> String {
        var log = ""
        for _ in 0..<300 {
            log = try await cluster.run(["logs", "tiny"]).output
            if share(of: "slow", in: log) != nil { return log }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw GraftProcess.ProcessFailure.timedOut("no micro-batch has moved:\n\(log)")
    }

    /// Of eight, in the first generation whose shares are uneven.
    private func share(of worker: String, in log: String) -> Int? {
        log.matches(of: /(\w+) \((\d) of 8\)/).first { $0.1 == worker }.flatMap { Int($0.2) }
    }
}
