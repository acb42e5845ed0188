import ContentStore
import CoordinatorService
import Foundation
import ImageDecoding
import TrainingDatasets
import TrainingJobs
import WireProtocol
import WorkerService
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
        case let error as ImageDecodingError: self.init(.invalidInput, error.description)
        case let error as MessagingError: self.init(Self.status(of: error), error.message)
        case let error as RequestError: self.init(.coordinatorUnreachable, error.message)
        case let error as WireError: self.init(Self.status(of: error), error.message)
        case let error as RefusedError: self.init(Self.status(of: error), error.message)
        // Services start only where their folders and addresses let them.
        case let error as CoordinatorError: self.init(.invalidInput, error.message)
        case let error as ContentStoreError: self.init(.invalidInput, error.message)
        case let error as WorkerError: self.init(Self.status(of: error), error.message)
        case is CancellationError: self.init(.interrupted, "interrupted")
        case let error where Self.isDenied(error as NSError):
            self.init(.invalidInput, error.localizedDescription)
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

    /// Who speaks another protocol is no coordinator to this program.
    private static func status(of error: WireError) -> ExitStatus {
        switch error.code {
        case .tooLarge, .unrepresentable: .invalidInput
        default: .coordinatorUnreachable
        }
    }

    private static func status(of error: WorkerError) -> ExitStatus {
        switch error.code {
        case .nameInUse, .fileSystem, .unfitBLAS: .invalidInput
        default: .jobFailed
        }
    }

    /// What is wrong with the coordinator itself. Any other refusal is about what was asked of it.
    private static let coordinatorFaults: Set<String> = [
        "blob-file-system", "unreadable-blob", "coordinator-disk-full", "missing-blob",
        "database-unavailable",
        "corrupt-database", "illegal-transition",
        "unexpected-message",
    ]

    private static func status(of error: RefusedError) -> ExitStatus {
        if error.code == WireError.Code.versionMismatch.description { return .coordinatorUnreachable }
        return coordinatorFaults.contains(error.code) ? .jobFailed : .invalidInput
    }

    /// Whether the system did not let this process at a file that the user named.
    private static func isDenied(_ error: NSError) -> Bool {
        switch error.domain {
        case NSCocoaErrorDomain:
            let codes: [CocoaError.Code] = [
                .fileReadNoPermission, .fileWriteNoPermission, .fileWriteVolumeReadOnly,
            ]
            if codes.contains(where: { $0.rawValue == error.code }) { return true }
        case NSPOSIXErrorDomain:
            if [EACCES, EPERM, EROFS].contains(Int32(error.code)) { return true }
        default: break
        }
        return (error.userInfo[NSUnderlyingErrorKey] as? NSError).map(isDenied) ?? false
    }
}
