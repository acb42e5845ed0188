import ArgumentParser
import Logging
import ServiceLifecycle

/// How much a service says, on standard error.
struct LoggingOptions: ParsableArguments {
    private static let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    @Option(
        help: ArgumentHelp("How much to log: \(levels). (default: info)", valueName: "level"),
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("\"\(text)\" is no level; choose from \(levels).")
            }
            return level
        })
    var logLevel = Logger.Level.info

    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }

    /// Runs a service until it ends, or until SIGTERM or Ctrl-C asks it to.
    static func serve(_ service: any Service, logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }
}
