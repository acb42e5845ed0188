import Collectives
import ContentStore
import FeatureCache
import Logging
import ZeroMQMessaging

/// What every job on this worker uses.
struct JobEnvironment: Sendable {
    let workerID: String
    let configuration: WorkerConfiguration
    let features: FeatureStore
    let store: BlobStore
    let transfer: BlobTransfer
    let coordinator: CoordinatorLink
    let context: MessagingContext
    let peers: PeerListener
    let advertisedEndpoint: String
    let board: ActivityBoard
    let logger: Logger
}

extension JobEnvironment {
    /// Makes room in the feature cache where it is over its limit, and says what could not be freed.
    func keepFeaturesWithinLimit() {
        do {
            let excess = try features.evict()
            guard excess > 0 else { return }
            logger.warning(
                """
                the feature cache \(features.directory.path) is \(excess) bytes over its limit of \
                \(features.limitBytes ?? 0): running jobs use what is there; give it more room, or more workers
                """)
        } catch {
            logger.warning("no room could be made in the feature cache: \(error)")
        }
    }
}
