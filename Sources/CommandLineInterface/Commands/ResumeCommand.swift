import ArgumentParser

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take a paused job up again.",
        discussion: """
            Example:
              graft resume 3f2a --coordinator tcp://head:7070

            The job is queued, and goes on from its last checkpoint.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    func run() async throws {
        try await client.change(selection, saying: "resumed") { try await $0.resume($1) }
    }
}
