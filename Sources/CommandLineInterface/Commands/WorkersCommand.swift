import ArgumentParser
import Foundation
import JobReporting
import TrainingJobs
import WireProtocol

struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "List the coordinator's workers.",
        discussion: """
            Example:
              graft workers --coordinator tcp://head:7070
            """)

    @OptionGroup var client: ClientOptions

    @Flag(help: "Print the list as JSON.")
    var json = false

    func run() async throws {
        let workers = try await client.withClient { try await $0.workers() }.sorted { $0.name < $1.name }
        if json {
            print(try CanonicalJSON.encode(workers.map(WorkerRecord.init)))
        } else {
            print(workers.isEmpty ? "no workers" : Self.table(workers))
        }
    }

    static func table(_ workers: [WorkerSummary]) -> String {
        var table = TextTable(columns: [
            .left("name"), .left("host"), .left("state"), .left("job"), .left("activity"), .right("cores"),
            .right("memory"), .right("cache"), .left("heard"), .left("kernels"), .left("endpoint"),
        ])
        table.rows = workers.map { worker in
            [
                worker.name, worker.host, worker.state, worker.jobID.shortID, worker.activity,
                "\(worker.cores)",
                ReadableFigures.bytes(worker.memoryBytes), ReadableFigures.bytes(worker.cacheBytes),
                ReadableFigures.ago(milliseconds: worker.lastHeardMillisecondsAgo), worker.kernelFamily,
                worker.peerEndpoint,
            ]
        }
        return table.render()
    }
}

private struct WorkerRecord: Encodable {
    let workerID: String
    let name: String
    let host: String
    let state: String
    let cores: Int
    let memoryBytes: Int
    let cacheBytes: Int
    let peerEndpoint: String
    let kernelFamily: String
    let jobID: String?
    let activity: String
    let lastHeardMillisecondsAgo: Int

    init(_ worker: WorkerSummary) {
        workerID = worker.workerID
        name = worker.name
        host = worker.host
        state = worker.state
        cores = worker.cores
        memoryBytes = worker.memoryBytes
        cacheBytes = worker.cacheBytes
        peerEndpoint = worker.peerEndpoint
        kernelFamily = worker.kernelFamily
        jobID = worker.jobID.isEmpty ? nil : worker.jobID
        activity = worker.activity
        lastHeardMillisecondsAgo = worker.lastHeardMillisecondsAgo
    }
}
