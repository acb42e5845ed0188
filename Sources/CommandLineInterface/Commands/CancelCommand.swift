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
        try await client.change(selection, saying: "cancelled") { try await $0.cancel($1) }
    }
}
