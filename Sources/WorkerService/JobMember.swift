import Collectives
import ContentStore
import FeatureCache
import Foundation
import TensorKernels
import Tokenization
import TrainingDatasets
import TrainingJobs
import TransferTechniques
import WireProtocol

/// This worker as a member of one job: its model, samples and training state, and the ring of the present
/// generation. All of it lives on a compute thread of its own; between micro-batches and in every wait it looks
/// whether the command was cancelled.
///
/// Between two generations everything but the ring is held, so that the next one goes on from the step that this
/// one had reached.
actor JobMember {
    /// Of the present generation.
    private(set) var order: PrepareJob
    let environment: JobEnvironment
    let thread: DedicatedThread
    private(set) var link: ZeroMQPeerLink?
    private(set) var prepared: Prepared?
    /// What the segment's steps came to, as far as they ran here since the state was last restored.
    var records: [StepRecord] = []
    /// Where the latest segment began.
    var latestFirstStep = 0
    /// The latest snapshot on its way to the store; one at a time.
    var upload: CheckpointUpload?
    /// False while a state is being restored: were that to fail, the session would be of no state at all.
    private var isSound = true

    /// What preparation leaves for the commands that follow.
    struct Prepared {
        let specification: JobSpecification
        let plan: DatasetPlan
        let folder: JobFolder
        let program: any TrainingProgram
        let session: TrainingSession
        let samples: LaneSamples
        /// `nil` where nothing is cached.
        let frozenIdentity: FrozenPartIdentity?
        /// Of the present generation; `nil` between two.
        var exchanger: GradientExchanger?
        /// Lanes whose samples are here.
        var lanes: [Int]
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    var isRankZero: Bool { order.rank == 0 }

    init(order: PrepareJob, environment: JobEnvironment) {
        self.order = order
        self.environment = environment
        thread = DedicatedThread(name: "graft-compute")
    }

    /// Begins a generation of the same job.
    func join(_ order: PrepareJob) { self.order = order }

    /// Leaves the generation, and holds the state after the last finished step.
    func suspend() async {
        await closeLink()
        guard isSound else { return giveBack() }
        prepared?.exchanger = nil
        prepared?.session.discardStep()
    }

    /// Gives files, sockets and memory back.
    ///
    /// - Parameter endsUpload: whether nobody needs the checkpoint any more that may be under way.
    func release(endsUpload: Bool) async {
        if endsUpload { upload?.cancel() }
        upload = nil
        await closeLink()
        giveBack()
    }

    private func closeLink() async {
        await link?.close()
        link = nil
    }

    func giveBack() {
        prepared?.folder.remove()
        prepared = nil
        records = []
        isSound = true
        environment.keepFeaturesWithinLimit()
        StoragePool.shared.trim()
    }

    /// Puts the session into another state.
    func restore(_ bytes: [UInt8], into session: TrainingSession) throws {
        isSound = false
        try session.restore(bytes)
        isSound = true
    }

    /// - Throws: `WorkerError` `.outOfOrder` before preparation.
    func requirePrepared() throws -> Prepared {
        guard let prepared else {
            throw WorkerError(
                .outOfOrder,
                "job \(order.jobID) is not prepared on this worker in generation \(order.generation)",
                context: order.jobID)
        }
        return prepared
    }

    func adopt(_ prepared: Prepared) { self.prepared = prepared }

    func adopt(_ link: ZeroMQPeerLink) { self.link = link }

    func begin(_ activity: String, total: Int = 0) {
        environment.board.begin(
            activity, jobID: order.jobID, generation: order.generation, total: total)
    }
}
