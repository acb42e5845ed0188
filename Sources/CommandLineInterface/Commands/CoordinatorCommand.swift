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

    @Option(help: ArgumentHelp("Seconds between workers' signs of life.", valueName: "seconds"))
    var heartbeatInterval = 2.0

    @Option(
        help: ArgumentHelp("Seconds without one after which a worker is lost.", valueName: "seconds"))
    var heartbeatTimeout = 10.0

    @Option(
        help: ArgumentHelp(
            "Days for which a job that failed or was cancelled can be retried.", valueName: "days"))
    var retryDays = 7.0

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard heartbeatInterval >= 0.05, heartbeatInterval <= 3600 else {
            throw ValidationError("--heartbeat-interval must be from 0.05 to 3600 seconds.")
        }
        // One late or lost beat must not cost a job its worker.
        guard heartbeatTimeout >= 3 * heartbeatInterval, heartbeatTimeout <= 86_400 else {
            throw ValidationError(
                "--heartbeat-timeout must be at least three times --heartbeat-interval "
                    + "(\(3 * heartbeatInterval) seconds) and at most 86400 seconds.")
        }
        guard retryDays >= 0, retryDays <= 3650 else {
            throw ValidationError("--retry-days must be from 0 to 3650.")
        }
    }

    func run() async throws {
        let logger = logging.logger("graft.coordinator")
        let coordinator = Coordinator(
            configuration: CoordinatorConfiguration(
                listen: listen, stateDirectory: URL(fileURLWithPath: state, isDirectory: true),
                heartbeatInterval: .seconds(heartbeatInterval), heartbeatTimeout: .seconds(heartbeatTimeout),
                retryRetention: .seconds(retryDays * 86_400)),
            logger: logger)
        try await LoggingOptions.serve(coordinator, logger: logger)
    }
}
