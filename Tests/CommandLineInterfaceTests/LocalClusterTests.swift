import Foundation
import Testing

@testable import CommandLineInterface

@Suite struct LocalClusterTests {
    private func arguments(limit: Int?) -> [String] {
        LocalCluster(
            workerCount: 2, cacheFolder: URL(fileURLWithPath: "/cache"), cacheLimitBytes: limit,
            stateFolder: nil
        ).workerArguments(coordinator: "tcp://127.0.0.1:7")
    }

    /// They are options of `graft worker`, and only this host can reach the workers.
    @Test func workersListenOnThisHostAlone() throws {
        let command = try WorkerCommand.parse(arguments(limit: nil))
        #expect(command.listen == "tcp://127.0.0.1:0")
        #expect(command.coordinator == "tcp://127.0.0.1:7")
        #expect(command.cacheLimit == nil)
    }

    @Test func theCacheLimitReachesTheWorkers() throws {
        #expect(try WorkerCommand.parse(arguments(limit: 5_000)).cacheLimit?.bytes == 5_000)
    }

    /// The coordinator hashes a whole file before it answers the last chunk.
    @Test func uploadsWaitForHashing() {
        #expect(CoordinatorClient.patience.deadline >= .seconds(120))
    }
}
