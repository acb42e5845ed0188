import ArgumentParser
import Foundation
import TrainingJobs

/// Trains a job on this machine with a cluster of its own: what `run` does, and `pretrain` without a coordinator.
struct LocalTraining: ParsableArguments {
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

    @OptionGroup var exchange: ExchangeOptions

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        guard (1...256).contains(workers) else { throw ValidationError("--workers must be from 1 to 256.") }
    }

    /// - Parameter check: throws where the job is none for the command.
    func run(check: (JobSpecification) throws -> Void = { _ in }) async throws {
        let submission = try JobSubmission(jobFile: URL(fileURLWithPath: job)) { specification in
            // The job must not wait for more workers than there will be; `start` waits for all of them.
            specification.workers = WorkerRange(minimum: 1, maximum: workers)
            exchange.apply(to: &specification)
        }
        try check(submission.specification)
        let download = try download(for: submission)
        let cluster = LocalCluster(
            workerCount: workers, cacheFolder: cacheFolder, cacheLimitBytes: cacheLimit?.bytes,
            stateFolder: stateFolder)
        let outcome = try await Interrupts.cancelling {
            try await cluster.run { try await submission.train(with: $0, into: download) }
        }
        try outcome.show(asJSON: json)
    }

    /// Where the model goes, which must be free before anything starts.
    func download(for submission: JobSubmission) throws -> ModelDownload {
        let name = "models/\(submission.specification.name)-\(submission.message.jobID.shortID)"
        let download = ModelDownload(
            target: URL(fileURLWithPath: output ?? name, isDirectory: true), mayReplace: force)
        try download.requireFreeTarget()
        return download
    }

    private var cacheFolder: URL {
        cache.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? CacheDirectory.standard()
    }

    private var stateFolder: URL? { state.map { URL(fileURLWithPath: $0, isDirectory: true) } }
}

extension JobSubmission {
    /// Sends the job, waits for its end and fetches the model; an interrupt cancels the job.
    func train(with client: CoordinatorClient, into download: ModelDownload) async throws -> JobOutcome {
        let jobID = message.jobID
        return try await client.cancellingOnInterrupt(jobID) {
            var upload = TransferDisplay("uploading")
            try await send(to: client) { upload.show(done: $0, total: $1) }
            let detail = try await JobFollower(client: client, jobID: jobID).waitForEnd()
            var fetch = TransferDisplay("fetching")
            try await download.fetch(detail.resultFiles, from: client) { fetch.show(done: $0, total: $1) }
            return JobOutcome(jobID: jobID, modelFolder: download.target.path, report: try detail.report())
        }
    }
}
