import ArgumentParser
import Foundation
import TrainingJobs

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Bring a finished job's model folder here.",
        discussion: """
            Example:
              graft fetch 3f2a model --coordinator tcp://head:7070

            The folder appears when all of it is there and every hash agrees.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    @Argument(help: "The folder to write.", completion: .directory)
    var output: String

    @Flag(help: "Replace a folder that is not empty.")
    var force = false

    func run() async throws {
        let download = ModelDownload(
            target: URL(fileURLWithPath: output, isDirectory: true), mayReplace: force)
        try download.requireFreeTarget()
        // Ctrl-C must not leave the folder that the files gather in.
        try await Interrupts.cancelling {
            try await client.withClient { try await fetch(with: $0, download) }
        }
        print(download.target.path)
    }

    private func fetch(with client: CoordinatorClient, _ download: ModelDownload) async throws {
        let jobID = try await client.jobID(for: selection.job)
        let detail = try await client.job(jobID)
        let state = detail.summary?.state ?? ""
        guard state == JobState.done.rawValue, !detail.resultFiles.isEmpty else {
            throw CommandFailure(
                .invalidInput, "job \(jobID.shortID) is \(state): it has no model to fetch")
        }
        var display = TransferDisplay("fetching")
        try await download.fetch(detail.resultFiles, from: client) { display.show(done: $0, total: $1) }
    }
}
