import Foundation
import TrainingDatasets
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

/// What a process's exit code says, for scripts.
enum ExitStatus: Int32, Sendable {
    case done = 0
    case jobFailed = 1
    case invalidInput = 2
    case coordinatorUnreachable = 3
    /// As shells report an interrupt: 128 + SIGINT.
    case interrupted = 130
}

/// Why a command ends without having done what it was asked to.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
    var status: ExitStatus
    /// What, where and what to do.
    var message: String

    var description: String { message }

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Sorts any error of the modules below into an exit status.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as JobError: self.init(.invalidInput, error.description)
        case let error as DatasetError: self.init(.invalidInput, error.description)
        case let error as MessagingError: self.init(Self.status(of: error), error.message)
        case let error as RequestError where error.code == .coordinatorUnreachable:
            self.init(.coordinatorUnreachable, error.message)
        case let error as RefusedError: self.init(.invalidInput, error.message)
        case is CancellationError: self.init(.interrupted, "interrupted")
        case let error as any CustomStringConvertible & Error where !(error is NSError):
            self.init(.jobFailed, error.description)
        default: self.init(.jobFailed, error.localizedDescription)
        }
    }

    private static func status(of error: MessagingError) -> ExitStatus {
        switch error.code {
        case .badEndpoint, .addressInUse, .noSuchInterface, .notPermitted: .invalidInput
        default: .coordinatorUnreachable
        }
    }
}
