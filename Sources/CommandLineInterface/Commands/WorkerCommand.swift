import ArgumentParser
import Foundation
import JobReporting
import Logging
import WorkerService

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run a worker that takes part in a coordinator's jobs.",
        discussion: """
            Example:
              graft worker --coordinator tcp://head:7070 --cache /var/cache/graft --processes 4

            A worker computes on one thread; --processes starts several that share the cache, each a worker of \
            its own. SIGTERM and Ctrl-C end them in good order, and jobs go on with those that are left.
            """)

    @Option(help: ArgumentHelp("Where the coordinator listens.", valueName: "endpoint"))
    var coordinator =
        ProcessInfo.processInfo.environment[ClientOptions.environmentVariable]
        ?? ClientOptions.defaultEndpoint

    @Option(
        help: ArgumentHelp(
            "Folder for files and features that later jobs use again. (default: ~/.cache/graft)",
            valueName: "folder"),
        completion: .directory)
    var cache: String?

    @Option(help: ArgumentHelp("The worker's name for people. (default: the host's name)", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Host name, address or endpoint that other workers reach this one at. "
                + "(default: the address that leads to the coordinator)", valueName: "address"))
    var advertise: String?

    @Option(
        help: ArgumentHelp(
            "Where to listen for other workers; port 0 takes a free one.", valueName: "endpoint"))
    var listen = "tcp://0.0.0.0:0"

    @Option(
        help: ArgumentHelp(
            "What cached features may take, such as 20GB. (default: no limit)", valueName: "size"))
    var cacheLimit: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Seconds without a word from another worker, in the middle of an exchange, after which it counts as "
                + "lost. (default: 30)", valueName: "seconds"))
    var peerTimeout: Double?

    @Option(help: ArgumentHelp("Worker processes to start.", valueName: "count"))
    var processes = 1

    @Option(help: .hidden)
    var exitWithParent: Int32?

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard (1...1024).contains(processes) else {
            throw ValidationError("--processes must be from 1 to 1024.")
        }
        guard processes == 1 || listen.hasSuffix(":0") else {
            throw ValidationError("--listen with a port is for one process: \(processes) cannot share it.")
        }
        if let peerTimeout {
            guard peerTimeout >= 1, peerTimeout <= 86_400 else {
                throw ValidationError("--peer-timeout must be from 1 to 86400 seconds.")
            }
        }
    }

    func run() async throws {
        let logger = logging.logger("graft.worker")
        if processes > 1 {
            try await runProcesses((1...processes).map { "\(displayName)-\($0)" })
        } else if exitWithParent == nil, await !MatrixLibrary.keepsToOneThread() {
            let settings = MatrixLibrary.processEnvironment.map { "\($0)=\($1)" }.sorted()
            logger.warning(
                "OpenBLAS keeps to one thread only in a process that is started with it; this one starts another with \(settings.joined(separator: " "))"
            )
            try await runProcesses([displayName])
        } else {
            try await LoggingOptions.serve(
                Worker(configuration: configuration, logger: logger), logger: logger)
        }
    }

    private var displayName: String { name ?? ProcessInfo.processInfo.hostName }

    private var cacheFolder: URL {
        cache.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? CacheDirectory.standard()
    }

    private var configuration: WorkerConfiguration {
        WorkerConfiguration(
            coordinatorEndpoint: coordinator, name: displayName, cacheDirectory: cacheFolder,
            cacheLimitBytes: cacheLimit?.bytes, peerListenEndpoint: listen, advertisedAddress: advertise,
            peerTimeout: peerTimeout.map(Duration.seconds) ?? .seconds(30), exitWithParent: exitWithParent,
            softwareVersion: SoftwareVersion.current)
    }

    /// Stays with the children until all have ended: one that fails leaves the others at work.
    private func runProcesses(_ names: [String]) async throws {
        let workers = try WorkerProcesses(names: names, arguments: sharedArguments, logFolder: nil)
        do {
            try await Interrupts.cancelling { try await workers.waitForEnd() }
        } catch let failure as CommandFailure where failure.status == .interrupted {
            await workers.stop()
            return
        }
        let status = workers.commonExitCode.flatMap(ExitStatus.init) ?? .jobFailed
        throw CommandFailure(status, "every worker process has ended: \(workers.obituary)")
    }

    private var sharedArguments: [String] {
        var arguments = [
            "--coordinator", coordinator, "--cache", cacheFolder.path, "--listen", listen, "--log-level",
            logging.logLevel.rawValue,
        ]
        if let advertise { arguments += ["--advertise", advertise] }
        if let peerTimeout { arguments += ["--peer-timeout", "\(peerTimeout)"] }
        if let cacheLimit { arguments += ["--cache-limit", "\(cacheLimit.bytes)"] }
        return arguments
    }
}

/// A size as people write it: "20GB".
struct ByteSize: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        guard let bytes = ReadableFigures.parseBytes(argument) else { return nil }
        self.bytes = bytes
    }
}
