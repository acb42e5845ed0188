import ArgumentParser
import Foundation
import TrainingJobs

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Train a job on this machine, with a cluster of its own.",
        discussion: """
            Example:
              graft run job.yaml --workers 2 --output model

            Starts a coordinator and worker processes, trains, writes the model folder and stops them all. \
            Features are kept in the cache: the next job on the same data and backbone does not compute them again.
            """)

    @Argument(help: "The job file.", completion: .file(extensions: ["yaml", "yml"]))
    var job: String

    @Option(help: ArgumentHelp("Worker processes; each computes on one thread.", valueName: "count"))
    var workers = 1

    @Option(
        help: ArgumentHelp("The model folder to write. (default: models/NAME-ID)", valueName: "folder"),
        completion: .directory)
    var output: String?

    @Flag(help: "Replace an output folder that is not empty.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Folder for files and features that later jobs use again. (default: ~/.cache/graft)",
            valueName: "folder"),
        completion: .directory)
    var cache: String?

    @Option(
        help: ArgumentHelp(
            "Keep the coordinator's and the workers' files in this folder. (default: removed at the end)",
            valueName: "folder"),
        completion: .directory)
    var state: String?

    @Option(
        help: ArgumentHelp(
            "What cached features may take, such as 20GB. (default: no limit)", valueName: "size"))
    var cacheLimit: ByteSize?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        guard (1...256).contains(workers) else { throw ValidationError("--workers must be from 1 to 256.") }
    }

    func run() async throws {
        let submission = try JobSubmission(jobFile: URL(fileURLWithPath: job)) { specification in
            // The job must not wait for more workers than there will be; `start` waits for all of them.
            specification.workers = WorkerRange(minimum: 1, maximum: workers)
        }
        let jobID = submission.message.jobID
        let folder = output ?? "models/\(submission.specification.name)-\(jobID.shortID)"
        let download = ModelDownload(
            target: URL(fileURLWithPath: folder, isDirectory: true), mayReplace: force)
        try download.requireFreeTarget()

        let cluster = LocalCluster(
            workerCount: workers, cacheFolder: cacheFolder, cacheLimitBytes: cacheLimit?.bytes,
            stateFolder: stateFolder)
        let outcome = try await Interrupts.cancelling {
            try await cluster.run { client in
                try await client.cancellingOnInterrupt(jobID) {
                    var upload = TransferDisplay("uploading")
                    try await submission.send(to: client) { upload.show(done: $0, total: $1) }
                    let detail = try await JobFollower(client: client, jobID: jobID).waitForEnd()
                    var fetch = TransferDisplay("fetching")
                    try await download.fetch(detail.resultFiles, from: client) {
                        fetch.show(done: $0, total: $1)
                    }
                    return JobOutcome(
                        jobID: jobID, modelFolder: download.target.path, report: try detail.report())
                }
            }
        }
        if json {
            print(try CanonicalJSON.encode(outcome))
        } else {
            if let report = outcome.report { print(ReportTable.render(report)) }
            print("\nThe model: \(folder)")
        }
    }

    private var cacheFolder: URL {
        cache.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? CacheDirectory.standard()
    }

    private var stateFolder: URL? { state.map { URL(fileURLWithPath: $0, isDirectory: true) } }
}
