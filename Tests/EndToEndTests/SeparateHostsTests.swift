import Foundation
import Testing
import TestingSupport

/// The same model where coordinator and workers are hosts with addresses of their own, and a network between them
/// that fails.
@Suite(
    .serialized,
    .enabled(if: NamespaceHosts.areAvailable, "needs root and iproute2, to make network namespaces"))
struct SeparateHostsTests {
    enum Failure: CaseIterable {
        /// A worker's link is cut for longer than anybody waits, and comes back.
        case workerIsCutOff
        /// The coordinator's link is cut for a moment.
        case coordinatorIsCutOff
        /// A worker's host is gone: no packet says that its sockets are closed.
        case hostVanishes
    }

    @Test(arguments: Failure.allCases)
    func networkFailuresDoNotMatter(_ failure: Failure) async throws {
        var job = try TinyJob()
        job.epochs = 300
        job.minimumWorkers = 2
        let file = try job.write()
        let quiet = try await SameBitsTests.model(workers: 1, of: file, cache: job.folder.file("quiet").path)

        let hosts = try NamespaceHosts(["coordinator", "one", "two", "three"])
        let cluster = try Cluster(hosts: hosts)
        let coordinator = try await cluster.startCoordinator()
        let workers = try ["one", "two", "three"].map {
            try cluster.startWorker($0, options: ["--peer-timeout", "2"])
        }
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        try await cluster.waitForStep(100, of: "tiny")
        switch failure {
        case .workerIsCutOff:
            try hosts.cut("two")
            try await Task.sleep(for: .seconds(12))
            try hosts.restore("two")
        case .coordinatorIsCutOff:
            try hosts.cut("coordinator")
            try await Task.sleep(for: .seconds(3))
            try hosts.restore("coordinator")
        case .hostVanishes:
            try hosts.cut("two")
            workers[1].send(SIGKILL)
        }
        let report = try await cluster.waitForEnd(of: "tiny")
        #expect(report["modelSHA256"] as? String == quiet.sha)
        if failure != .coordinatorIsCutOff {
            #expect(try #require(report["generations"] as? Int) > 1, "no failure was noticed")
        }
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }
}
