import ContentStore
import Foundation
import JobStore
import Logging
import ServiceLifecycle
import WireProtocol
import ZeroMQMessaging

/// The coordinator: takes jobs from clients, drives workers, keeps every state on disk.
///
/// Runs until it is shut down; whatever it was doing then, the next one on the same state directory goes on.
public final class Coordinator: Service {
    /// Blob requests that may wait; beyond, new ones are dropped and asked for again.
    private static let maximumWaitingBlobRequests = 512

    private struct BlobRequest: Sendable {
        var envelope: Envelope
        var identity: [UInt8]
    }

    public let configuration: CoordinatorConfiguration
    private let logger: Logger
    private let bound = ValueLatch<String>()

    public init(configuration: CoordinatorConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Where it listens, with the real port; waits until it does. Throws what `run` throws where it cannot start.
    public var boundEndpoint: String {
        get async throws { try await bound.value }
    }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: `CoordinatorError`, `ContentStoreError` or `MessagingError` where it cannot start.
    public func run() async throws {
        do {
            try await serve()
            bound.set(.failure(CancellationError()))
        } catch {
            bound.set(.failure(error))
            throw error
        }
    }

    private func serve() async throws {
        let directory = try StateDirectory(configuration.stateDirectory)
        let store = try Self.openStore(directory)
        let blobs = try BlobStore(directory: directory.blobDirectory)
        let transfers = BlobTransfers(store: blobs)
        let messaging = try MessagingContext()
        do {
            let router = try await messaging.bindRouter(to: configuration.listen)
            let outbox = PeerOutbox(router: router, logger: logger)
            let control = try ClusterControl(
                configuration: configuration, store: store, transfers: transfers, blobs: blobs,
                outbox: outbox,
                logger: logger)
            try await control.restore()
            logger.info("The coordinator listens", metadata: ["endpoint": "\(router.endpoint)"])
            bound.set(.success(router.endpoint))
            await withTaskCancellationOrGracefulShutdownHandler {
                await loop(router, outbox, control, transfers)
            } onCancelOrGracefulShutdown: {
                Task { await router.close() }
            }
        } catch {
            await messaging.shutdown()
            throw error
        }
        await messaging.shutdown()
        logger.info("The coordinator has stopped")
        withExtendedLifetime(directory) {}
    }

    private static func openStore(_ directory: StateDirectory) throws -> JobStore {
        do {
            return try JobStore(file: directory.databaseFile)
        } catch let error as JobStoreError {
            throw CoordinatorError(code: .init(error.code.name), message: error.message)
        }
    }

    /// Ends when the router is closed.
    private func loop(
        _ router: RouterEndpoint, _ outbox: PeerOutbox, _ control: ClusterControl, _ transfers: BlobTransfers
    ) async {
        let (requests, lane) = AsyncStream.makeStream(
            of: BlobRequest.self, bufferingPolicy: .bufferingOldest(Self.maximumWaitingBlobRequests))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.serveBlobs(requests, transfers, outbox) }
            group.addTask { await self.keepTime(control, transfers) }
            group.addTask { for await hash in transfers.losses { await control.blobLost(hash) } }
            for await message in router.incoming {
                await route(message, lane, outbox, control)
            }
            lane.finish()
            group.cancelAll()
        }
    }

    private func route(
        _ message: RouterMessage, _ lane: AsyncStream<BlobRequest>.Continuation, _ outbox: PeerOutbox,
        _ control: ClusterControl
    ) async {
        let envelope: Envelope
        do {
            envelope = try Envelope.decode(message.body)
        } catch let error as WireError {
            logger.warning("A message was refused", metadata: ["error": "\(error)"])
            outbox.send(Envelope.refusal(of: error), to: message.identity)
            return
        } catch {
            logger.warning("A message was refused", metadata: ["error": "\(error)"])
            return
        }
        switch envelope.body {
        case .queryBlobs, .putBlobChunk, .getBlobChunk:
            lane.yield(BlobRequest(envelope: envelope, identity: message.identity))
        default:
            let answer = await control.receive(envelope, from: message.identity)
            // Without an id nobody waits for the answer.
            guard let answer, !envelope.requestID.isEmpty else { return }
            outbox.send(envelope.reply(answer), to: message.identity)
        }
    }

    private static func serveBlobs(
        _ requests: AsyncStream<BlobRequest>, _ transfers: BlobTransfers, _ outbox: PeerOutbox
    ) async {
        for await request in requests {
            guard let answer = await transfers.answer(request.envelope.body) else { continue }
            outbox.send(request.envelope.reply(answer), to: request.identity)
        }
    }

    /// The clock's work: control ticks, and blobs that have become useless.
    private func keepTime(_ control: ClusterControl, _ transfers: BlobTransfers) async {
        let interval = min(configuration.heartbeatInterval, configuration.commandRetryInterval) / 4
        var nextSweep = ContinuousClock.now
        var nextFullSweep = ContinuousClock.now + .seconds(600)
        while !Task.isCancelled {
            await control.tick()
            if ContinuousClock.now >= nextSweep {
                nextSweep = .now + .seconds(15)
                let isFull = ContinuousClock.now >= nextFullSweep
                if isFull { nextFullSweep = .now + .seconds(600) }
                await sweep(control, transfers, isFull: isFull)
            }
            try? await Task.sleep(for: interval)
        }
    }

    private func sweep(_ control: ClusterControl, _ transfers: BlobTransfers, isFull: Bool) async {
        do {
            if isFull { try await control.endRetries() }
            let held = try await control.heldBlobs()
            await transfers.sweepRetired(keeping: held)
            if isFull { try await transfers.sweepAll(keeping: held, retention: configuration.blobRetention) }
        } catch {
            logger.warning("Old blobs could not be removed", metadata: ["error": "\(error)"])
        }
    }
}
