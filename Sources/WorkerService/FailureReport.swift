import CheckpointFormats
import Collectives
import ContentStore
import FeatureCache
import PretrainedBackbones
import Tokenization
import TrainingDatasets
import TrainingJobs
import TransferTechniques
import WireProtocol

/// From an error to what the coordinator is told.
enum FailureReport {
    /// - Parameter members: of the generation: a silent one is named as lost.
    static func report(
        _ error: any Error, isPreparation: Bool, generation: Generation, workerID: String, members: [Member]
    ) -> WireBody {
        report(
            failure(for: error).withoutZeroBytes, isPreparation: isPreparation, generation: generation,
            workerID: workerID, lostWorkerID: lostWorkerID(error, members: members))
    }

    /// What stands in for a report that no message can hold: without it the coordinator would wait for ever.
    static func report(
        unsendable error: WireError, isPreparation: Bool, generation: Generation, workerID: String
    ) -> WireBody {
        let failure = Failure(
            code: WorkerError.Code.failed.description,
            message: "the worker's report cannot be sent: \(error.message)")
        return report(
            failure.withoutZeroBytes, isPreparation: isPreparation, generation: generation,
            workerID: workerID,
            lostWorkerID: "")
    }

    private static func report(
        _ failure: Failure, isPreparation: Bool, generation: Generation, workerID: String,
        lostWorkerID: String
    ) -> WireBody {
        if isPreparation {
            return .jobPrepared(
                JobPrepared(
                    jobID: generation.jobID, generation: generation.number, workerID: workerID,
                    failure: failure))
        }
        return .jobFailed(
            JobFailed(
                jobID: generation.jobID, generation: generation.number, workerID: workerID, failure: failure,
                lostWorkerID: lostWorkerID))
    }

    private static func lostWorkerID(_ error: any Error, members: [Member]) -> String {
        guard let error = error as? CollectiveError, let rank = error.peerRank else { return "" }
        return members.first { $0.rank == rank }?.workerID ?? ""
    }

    static func failure(for error: any Error) -> Failure {
        switch error {
        case let error as WorkerError:
            Failure(code: error.code.description, message: error.message, context: error.context)
        case let error as TechniqueError:
            Failure(code: error.code.description, message: error.message, context: error.context)
        case let error as FeatureCacheError:
            Failure(code: error.code.description, message: error.message, context: error.path ?? "")
        case let error as CollectiveError:
            Failure(code: error.code.description, message: error.message, context: error.peerName ?? "")
        case let error as CheckpointError:
            Failure(code: error.code.description, message: error.description, context: error.file)
        case let error as PretrainedBackboneError:
            Failure(code: error.code.description, message: error.description, context: error.file)
        case let error as TokenizationError:
            Failure(code: error.code.description, message: error.description, context: error.file)
        case let error as DatasetError:
            Failure(code: error.code.name, message: error.description)
        case let error as JobError:
            Failure(code: error.code.name, message: error.message)
        case let error as ContentStoreError:
            Failure(code: error.code.name, message: error.message)
        case let error as RefusedError:
            Failure(code: error.code, message: error.message, context: error.endpoint)
        case let error as RequestError:
            Failure(code: error.code.description, message: error.message, context: error.endpoint)
        default:
            Failure(code: WorkerError.Code.failed.description, message: "\(error)")
        }
    }
}

extension Failure {
    /// Messages carry no zero bytes, and errors may quote what a file holds.
    var withoutZeroBytes: Failure {
        Failure(
            code: code.withoutZeroBytes, message: message.withoutZeroBytes, context: context.withoutZeroBytes)
    }
}

extension String {
    /// With U+FFFD in the place of every zero byte.
    var withoutZeroBytes: String {
        guard utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}
