import Foundation
import Logging
import WireProtocol

/// This worker's place in the cluster: registered, heard from, and registered anew when the coordinator has
/// forgotten it.
struct Membership: Sendable {
    let identity: WorkerIdentity
    let environment: JobEnvironment
    let link: CoordinatorLink
    let kernelFamily: String

    private var logger: Logger { environment.logger }

    /// Registers and sends heartbeats until it is cancelled.
    func run() async throws {
        var terms = try await register()
        while true {
            try await Task.sleep(for: .milliseconds(max(50, terms.heartbeatIntervalMilliseconds)))
            if try await !isKnown(timeout: .milliseconds(max(500, terms.heartbeatTimeoutMilliseconds))) {
                logger.info("the coordinator does not know this worker any more; registering again")
                terms = try await register()
            }
        }
    }

    /// Says goodbye, for a moment.
    func leave() async {
        let goodbye = LeaveCluster(workerID: identity.workerID, sessionID: identity.sessionID)
        // A task of its own: the present one is cancelled by now.
        await Task {
            _ = try? await link.channel.request(
                .leaveCluster(goodbye),
                patience: RequestPatience(timeout: .milliseconds(500), deadline: .seconds(1)))
        }.value
    }

    private func register() async throws -> WorkerRegistered {
        let request = registration()
        var pause = Duration.seconds(1)
        while true {
            do {
                let reply = try await link.channel.request(
                    .registerWorker(request),
                    patience: RequestPatience(timeout: .seconds(1), deadline: .seconds(5)))
                guard case .workerRegistered(let terms) = reply else {
                    throw RequestError.unexpectedReply(
                        reply, to: "RegisterWorker", endpoint: link.channel.endpoint)
                }
                logger.info(
                    "registered with \(link.channel.endpoint) as \(request.name); peers reach this worker at \(request.peerEndpoint)"
                )
                return terms
            } catch let error as RequestError where error.code == .coordinatorUnreachable {
                logger.warning(
                    "no coordinator answers at \(link.channel.endpoint); trying again in \(pause.components.seconds) s"
                )
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(15))
            }
        }
    }

    /// Whether the coordinator knows this session. One that does not answer counts as one that does: it may
    /// be restarting.
    private func isKnown(timeout: Duration) async throws -> Bool {
        let activity = environment.board.current
        let heartbeat = Heartbeat(
            workerID: identity.workerID, sessionID: identity.sessionID, jobID: activity.jobID,
            generation: activity.generation, activity: activity.name, progressDone: activity.done,
            progressTotal: activity.total, cacheBytes: environment.features.totalBytes(),
            heldJobID: environment.board.heldJobID)
        do {
            let reply = try await link.channel.request(
                .heartbeat(heartbeat), patience: RequestPatience(timeout: timeout / 4, deadline: timeout))
            if case .heartbeatReply(let answer) = reply { return answer.known }
            return true
        } catch let error as RequestError where error.code == .coordinatorUnreachable {
            logger.warning("no answer to a heartbeat: \(error.message)")
            return true
        }
    }

    private func registration() -> RegisterWorker {
        let host = HostDescription.current
        return RegisterWorker(
            workerID: identity.workerID, sessionID: identity.sessionID, name: environment.configuration.name,
            host: host.hostName, processID: host.processID, cores: host.cores, memoryBytes: host.memoryBytes,
            peerEndpoint: environment.advertisedEndpoint, kernelFamily: kernelFamily,
            softwareVersion: environment.configuration.softwareVersion)
    }
}
