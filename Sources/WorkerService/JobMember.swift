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

/// This worker as a member of one generation of one job: its model, samples, ring and training state. All of
/// it lives on a compute thread of its own; between micro-batches and in every wait it looks whether the
/// command was cancelled.
actor JobMember {
    let order: PrepareJob
    let environment: JobEnvironment
    let generation: Generation
    private let thread: DedicatedThread
    private(set) var link: ZeroMQPeerLink?
    private(set) var prepared: Prepared?

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
        let allReduce: AllReduce
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    var isRankZero: Bool { order.rank == 0 }

    init(order: PrepareJob, environment: JobEnvironment) {
        self.order = order
        self.environment = environment
        generation = Generation(jobID: order.jobID, number: order.generation)
        thread = DedicatedThread(name: "graft-compute")
    }

    /// Gives files and sockets back.
    func release() async {
        await link?.close()
        link = nil
        prepared?.folder.remove()
        prepared = nil
        environment.keepFeaturesWithinLimit()
        StoragePool.shared.trim()
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
