import ArgumentParser
import CoordinatorService
import Foundation
import ServiceLifecycle

struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator", abstract: "Run the coordinator that clients and workers talk to.",
        discussion: """
            Example:
              graft coordinator --listen tcp://0.0.0.0:7070 --state /var/lib/graft

            Every job and its state is on disk before it is acknowledged: a coordinator that starts on the same \
            folder goes on where the last one stopped. SIGTERM and Ctrl-C end it in good order.
            """)

    @Option(help: ArgumentHelp("Where to listen: tcp://address:port.", valueName: "endpoint"))
    var listen = "tcp://0.0.0.0:7070"

    @Option(help: ArgumentHelp("Folder for jobs and files.", valueName: "folder"), completion: .directory)
    var state: String

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let logger = logging.logger("graft.coordinator")
        let coordinator = Coordinator(
            configuration: CoordinatorConfiguration(
                listen: listen, stateDirectory: URL(fileURLWithPath: state, isDirectory: true)),
            logger: logger)
        try await LoggingOptions.serve(coordinator, logger: logger)
    }
}
