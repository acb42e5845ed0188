import ArgumentParser

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let go of a job's workers and keep its progress.",
        discussion: """
            Example:
              graft pause 3f2a --coordinator tcp://head:7070

            Workers are free at once. Steps since the last checkpoint are run again after graft resume; the model is \
            the same.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    func run() async throws {
        try await client.change(selection, saying: "paused") { try await $0.pause($1) }
    }
}
