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
