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
        try await client.change(selection, saying: "retried") { try await $0.retry($1) }
    }
}
