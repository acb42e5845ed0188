import Logging
import WireProtocol
import ZeroMQMessaging

/// Requests from this worker to the coordinator, patient with one that is away.
struct CoordinatorLink: Sendable {
    let channel: RequestChannel
    let logger: Logger

    /// Sends a report until it is acknowledged; the coordinator may be restarting. Ends early only where the
    /// coordinator refuses it, as for a job it no longer has, or where the task is cancelled.
    func report(_ body: WireBody) async throws {
        while true {
            do {
                _ = try await channel.request(body)
                return
            } catch let refusal as RefusedError {
                logger.warning("the coordinator refuses a report: \(refusal.message)")
                return
            } catch let error as RequestError where error.code == .coordinatorUnreachable {
                logger.warning("\(error.message); the report is kept and sent again")
            }
        }
    }

    /// - Throws: `RefusedError`; `RequestError` once the coordinator has been away for two minutes.
    func request(_ body: WireBody) async throws -> WireBody {
        try await channel.request(
            body, patience: RequestPatience(timeout: .seconds(5), deadline: .seconds(120)))
    }

    /// A line for the job's log, best effort: sent once, as a repeat would be another line.
    func log(_ level: Logger.Level, _ message: String, workerID: String, jobID: String) async {
        logger.log(level: level, "\(message)")
        let line = WorkerLog(
            workerID: workerID, jobID: jobID, level: level.rawValue, message: message.withoutZeroBytes)
        _ = try? await channel.request(
            .workerLog(line), patience: RequestPatience(timeout: .seconds(2), deadline: .seconds(2)))
    }
}
