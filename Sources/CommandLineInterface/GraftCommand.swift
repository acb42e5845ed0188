import ArgumentParser
import Foundation

/// The root of `graft`'s commands.
public struct GraftCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "graft",
        abstract: "Train models on several hosts from pretrained backbones.",
        discussion: """
            On one machine:
              graft run job.yaml --workers 2
            On several:
              head$  graft coordinator --listen tcp://0.0.0.0:7070 --state state
              each$  graft worker --coordinator tcp://head:7070 --cache cache
              head$  graft submit job.yaml --wait

            Exit codes: 0 done, 1 the job failed, 2 wrong usage or invalid input, 3 the coordinator cannot be \
            reached.
            """,
        version: SoftwareVersion.current,
        subcommands: [
            RunCommand.self, PretrainCommand.self, ValidateCommand.self, PredictCommand.self,
            CoordinatorCommand.self, WorkerCommand.self, SubmitCommand.self, JobsCommand.self,
            ShowCommand.self, LogsCommand.self, CompareCommand.self,
            PauseCommand.self, ResumeCommand.self, RetryCommand.self, CancelCommand.self,
            WorkersCommand.self, DrainCommand.self, FetchCommand.self, HeadCommand.self, BackboneCommand.self,
        ])

    public init() {}

    /// Parses the process's arguments, runs the command that they name and exits with its code.
    public static func start() async -> Never {
        StandardOutput.writeLineByLine()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let ending = Ending(of: error)
            ending.status == .done ? print(ending.text) : StandardError.write(ending.text)
            Foundation.exit(ending.status.rawValue)
        }
        Foundation.exit(ExitStatus.done.rawValue)
    }

    /// What a process says last, and the code that it exits with.
    struct Ending: Equatable {
        let status: ExitStatus
        let text: String

        /// The parser's own errors keep their text, which has the usage in it; whatever else went wrong is
        /// one line. A request for help is an error too, for the parser.
        init(of error: any Error) {
            switch exitCode(for: error) {
            case .success:
                status = .done
                text = fullMessage(for: error)
            case .validationFailure:
                status = .invalidInput
                let message = fullMessage(for: error)
                text = "graft: " + message.prefix(1).lowercased() + message.dropFirst()
            default:
                let failure = CommandFailure(describing: error)
                status = failure.status
                text = "graft: error: \(failure.message)"
            }
        }
    }
}
