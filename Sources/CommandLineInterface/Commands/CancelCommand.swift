import ArgumentParser

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a job early.",
        discussion: """
            Example:
              graft cancel 3f2a --coordinator tcp://head:7070
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    func run() async throws {
        let jobID = try await client.withClient { client in
            let jobID = try await client.jobID(for: selection.job)
            try await client.cancel(jobID)
            return jobID
        }
        print("cancelled \(jobID)")
    }
}
