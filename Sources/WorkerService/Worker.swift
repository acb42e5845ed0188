import Collectives
import ContentStore
import FeatureCache
import Foundation
import Logging
import ServiceLifecycle
import TensorKernels
import WireProtocol
import ZeroMQMessaging

/// A worker process: registers with the coordinator, says that it lives, and works on jobs as it is told.
///
/// `run()` ends by graceful shutdown, cancellation, or the end of the parent process where the configuration
/// names it; a job under way is left to the others, and the coordinator is told goodbye.
public struct Worker: Service {
    public let configuration: WorkerConfiguration
    private let logger: Logger

    /// Seconds after which a fetched blob goes, when a worker starts: it can be fetched again.
    private static let blobLifetime: TimeInterval = 14 * 86_400

    public init(configuration: WorkerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// - Throws: `WorkerError` or `MessagingError` where the worker cannot start: a BLAS library that cannot give the
    ///   same bits every time, a name in use, an address it cannot listen at, a coordinator of another version. That
    ///   nobody answers is no error: it tries again.
    public func run() async throws {
        try await MatrixLibrary.examine(logger)
        let wish = try configuration.advertisedAddress.map(AdvertisedEndpoint.Wish.init)
        let identity = try WorkerIdentity(
            name: configuration.name, cacheDirectory: configuration.cacheDirectory)
        CacheLeftovers.remove(in: configuration.cacheDirectory)
        let context = try MessagingContext()
        do {
            try await run(as: identity, advertising: wish, context: context)
            await context.shutdown()
        } catch {
            await context.shutdown()
            throw error
        }
    }

    private func run(
        as identity: WorkerIdentity, advertising wish: AdvertisedEndpoint.Wish?, context: MessagingContext
    ) async throws {
        let features = try FeatureStore(
            directory: configuration.cacheDirectory.appendingPathComponent("features"),
            limitBytes: configuration.cacheLimitBytes)
        let lender = FeatureLender(store: features)
        let peers = try await PeerListener.bind(
            to: configuration.peerListenEndpoint, workerID: identity.workerID, context: context
        ) { question in
            guard case .queryFeatures(let query) = question else { return nil }
            return await lender.answer(query)
        }
        let connection = try await context.connectDealer(
            to: configuration.coordinatorEndpoint, identity: Array("worker-\(identity.sessionID)".utf8))
        let link = CoordinatorLink(channel: RequestChannel(connection: connection), logger: logger)
        let store = try BlobStore(directory: configuration.cacheDirectory.appendingPathComponent("blobs"))
        let expiry = Date(timeIntervalSinceNow: -Self.blobLifetime)
        try store.removeBlobs(keeping: [], unlessAddedSince: expiry)
        let environment = JobEnvironment(
            workerID: identity.workerID, configuration: configuration, features: features, store: store,
            transfer: BlobTransfer(store: store, coordinator: link), coordinator: link,
            context: context, peers: peers,
            advertisedEndpoint: try AdvertisedEndpoint.endpoint(
                wish: wish, bound: peers.endpoint, coordinator: configuration.coordinatorEndpoint),
            board: ActivityBoard(), logger: logger)
        environment.keepFeaturesWithinLimit()
        let membership = Membership(
            identity: identity, environment: environment, link: link,
            kernelFamily: BLASEnvironment.current.kernelFamily)

        try await whileRunning(environment, membership)
        await membership.leave()
        await link.channel.close()
        await peers.close()
    }

    /// Ends with the first part that ends; none does but by shutdown, cancellation or an error.
    private func whileRunning(_ environment: JobEnvironment, _ membership: Membership)
        async throws
    {
        let commands = CommandDesk(environment: environment)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gracefulShutdown() }
                group.addTask { try await membership.run() }
                group.addTask {
                    for await envelope in environment.coordinator.channel.unsolicited {
                        await commands.handle(envelope)
                    }
                }
                if let parent = configuration.exitWithParent {
                    group.addTask { try await ParentWatch.untilEnd(ofParent: parent) }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            // The usual way to stop a task; what follows still says goodbye.
        } catch {
            await commands.stop()
            throw error
        }
        await commands.stop()
    }
}
