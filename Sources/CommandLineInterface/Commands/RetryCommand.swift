import ArgumentParser

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Take a failed or cancelled job up again.",
        discussion: """
            Example:
              graft retry 3f2a --coordinator tcp://head:7070

            The job goes on from its last checkpoint, which is kept for a week after it failed or was cancelled.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    func run() async throws {
        let jobID = try await client.withClient { client in
            let jobID = try await client.jobID(for: selection.job)
            try await client.retry(jobID)
            return jobID
        }
        print("retried \(jobID)")
    }
}
