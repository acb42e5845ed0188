import ArgumentParser
import Foundation
import TrainingJobs

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Send a job to a coordinator.",
        discussion: """
            Example:
              graft submit job.yaml --coordinator tcp://head:7070 --wait

            Prints the job's id. Only files that the coordinator lacks are sent. With --wait, exits with 0 when \
            the job is done and with 1 when it failed or was cancelled.
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "The job file.", completion: .file(extensions: ["yaml", "yml"]))
    var job: String

    @Option(
        help: ArgumentHelp(
            "From -10 to 10; jobs of higher priority get workers first. (default: the job file's, or 0)",
            valueName: "number"))
    var priority: Int?

    @OptionGroup var exchange: ExchangeOptions

    @Flag(help: "Stay until the job has ended, showing how it goes on.")
    var wait = false

    @Flag(help: "Print the job, and with --wait its report, as JSON.")
    var json = false

    func validate() throws {
        if let priority {
            guard JobSpecification.priorities.contains(priority) else {
                throw ValidationError("--priority must be from -10 to 10.")
            }
        }
    }

    func run() async throws {
        let submission = try JobSubmission(jobFile: URL(fileURLWithPath: job)) { specification in
            if let priority { specification.priority = priority }
            exchange.apply(to: &specification)
        }
        let jobID = submission.message.jobID
        try await client.withClient { client in
            var upload = TransferDisplay("uploading")
            try await submission.send(to: client) { upload.show(done: $0, total: $1) }
            guard wait else {
                print(json ? try CanonicalJSON.encode(["jobID": jobID]) : jobID)
                return
            }
            if !json { print(jobID) }
            let detail = try await JobFollower(client: client, jobID: jobID).waitForEnd()
            let report = try detail.report()
            if json {
                print(try CanonicalJSON.encode(JobOutcome(jobID: jobID, modelFolder: nil, report: report)))
            } else {
                if let report { print(ReportTable.render(report)) }
                print("\nThe model: graft fetch \(jobID.shortID) FOLDER")
            }
        }
    }
}

/// What `--json` prints about a job that has ended.
struct JobOutcome: Encodable {
    var jobID: String
    /// Where the model was written on this machine.
    var modelFolder: String?
    var report: JobReport?

    /// Prints it, as JSON or for people.
    func show(asJSON: Bool) throws {
        guard !asJSON else { return print(try CanonicalJSON.encode(self)) }
        if let report { print(ReportTable.render(report)) }
        if let modelFolder { print("\nThe model: \(modelFolder)") }
    }
}
