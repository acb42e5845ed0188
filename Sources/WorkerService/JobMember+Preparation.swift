import Collectives
import ContentStore
import FeatureCache
import Foundation
import TensorKernels
import TrainingDatasets
import TrainingJobs
import TransferTechniques
import WireProtocol

extension JobMember {
    /// Fetches what is missing, builds the model, tokenises the lanes and greets the peers. What an earlier
    /// generation left is used again.
    func prepare() async throws -> JobPrepared {
        begin("preparing", total: order.files.count + order.shards.count)
        try await endUpload()
        if let prepared, !canUse(prepared) { giveBack() }
        let specification = try CanonicalJSON.decode(JobSpecification.self, from: order.specificationJSON)
        let plan = try CanonicalJSON.decode(DatasetPlan.self, from: order.planJSON)
        try await fetchBlobs()

        let link = try await ZeroMQPeerLink.connect(
            listener: environment.peers, context: environment.context, jobID: order.jobID,
            generation: order.generation, rank: order.rank, members: order.members)
        adopt(link)
        let patience = RequestPatience(
            timeout: .seconds(1),
            deadline: max(.seconds(1), min(.seconds(10), environment.configuration.peerTimeout)))
        let problems = await link.greetPeers(patience: patience)
        try Task.checkCancellation()

        let prepared = try await withBlobs {
            if let held = self.prepared { return try goOn(held, link) }
            let prepared = try build(specification, plan, link)
            if order.startStep > 0 { try restoreCheckpoint(prepared) }
            return prepared
        }
        adopt(prepared)
        return JobPrepared(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID,
            problems: problems, parameterCount: prepared.program.parameterCount,
            trainableParameterCount: prepared.program.trainableParameterCount,
            heldStep: prepared.session.step)
    }

    /// Runs `body` on the fetched blobs, and once more where one of them goes away or turns out damaged
    /// meanwhile: processes of the host share the store, and one that starts makes room in it.
    private func withBlobs<Result>(_ body: () throws -> Result) async throws -> Result {
        do {
            return try body()
        } catch let error as ContentStoreError where error.isLoss {
            environment.logger.warning("\(error.message) It is fetched anew.")
            await environment.transfer.distrust()
            try await fetchBlobs()
            return try body()
        }
    }

    private func fetchBlobs() async throws {
        var done = 0
        for file in missingFiles {
            try await environment.transfer.fetch(sha256: file.sha256, size: file.size, name: file.path)
            done += 1
            environment.board.advance(to: done, of: order.files.count + order.shards.count)
        }
        for shard in missingShards {
            try await environment.transfer.fetch(
                sha256: shard.sha256, size: shard.size, name: "shard of lane \(shard.lane), \(shard.split)")
            done += 1
            environment.board.advance(to: done, of: order.files.count + order.shards.count)
        }
    }

    private func build(_ specification: JobSpecification, _ plan: DatasetPlan, _ link: ZeroMQPeerLink) throws
        -> Prepared
    {
        guard !plan.tasks.isEmpty, plan.tasks.count == specification.tasks.count else {
            throw WorkerError(
                .badContent,
                "the job has \(specification.tasks.count) tasks, the coordinator's plan \(plan.tasks.count)",
                context: order.jobID)
        }
        let folder = try JobFolder(
            files: order.files, store: environment.store,
            cacheDirectory: environment.configuration.cacheDirectory)
        do {
            let model = try JobModel(specification, plan: plan, folder: folder.backbone)
            let (program, encoder) = (model.program, model.encoder)
            let identity = program.frozenPart.map {
                FrozenPartIdentity(
                    weights: backboneHash, cut: $0.cut, preprocessing: encoder.fingerprint,
                    numerics: BLASEnvironment.current.kernelFamily)
            }
            let samples = try loadSamples(
                order.shards, encoder, identity: identity, plan)
            let session = TrainingSession(
                program: program, specification: specification, trainCount: plan.trainCount,
                laneCount: order.laneCount, ownedLanes: order.lanes, taskCounts: plan.tasks.map(\.trainCount),
                bucketElements: environment.configuration.bucketElements)
            return Prepared(
                specification: specification, plan: plan, folder: folder, program: program, session: session,
                samples: samples, frozenIdentity: identity,
                exchanger: exchanger(over: link, session), lanes: order.lanes)
        } catch {
            folder.remove()
            throw error
        }
    }

    /// The held model with this generation's lanes and ring.
    private func goOn(_ held: Prepared, _ link: ZeroMQPeerLink) throws -> Prepared {
        var prepared = held
        let added = try loadSamples(
            missingShards, held.samples.encoder, identity: held.frozenIdentity, held.plan)
        if !hasUsableState(held) {
            try restoreCheckpoint(prepared)
            records = []
        }
        held.samples.keepOnly(lanes: Set(order.lanes))
        held.samples.adopt(added)
        held.samples.catalog = nil
        held.session.own(lanes: order.lanes)
        prepared.lanes = order.lanes
        prepared.exchanger = exchanger(over: link, held.session)
        return prepared
    }

    /// This generation's exchange: on a thread of its own where there is enough to exchange that computing goes on
    /// beside it.
    private func exchanger(over link: ZeroMQPeerLink, _ session: TrainingSession) -> GradientExchanger {
        let isAside =
            link.size > 1 && session.computesInParts
            && session.gradients.elementCount > environment.configuration.bucketElements
        return GradientExchanger(
            thread: isAside ? DedicatedThread(name: "graft-exchange") : thread, isAside: isAside
        ) { [order, environment] in
            AllReduce(
                jobID: order.jobID, generation: order.generation, link: link,
                options: RingOptions(silenceLimit: environment.configuration.peerTimeout),
                report: { environment.logger.info("\($0)") })
        }
    }

    /// Hash over the backbone's files that decide features: configurations (of transformers' image networks one says
    /// how pixels are normalised) and weights, not the tokenizer's.
    private var backboneHash: String {
        let configurations = ["backbone/config.json", "backbone/preprocessor_config.json"]
        let decisive = order.files
            .filter { configurations.contains($0.path) || $0.path.hasSuffix(".safetensors") }
            .filter { $0.path.hasPrefix("backbone/") }
            .sorted { $0.path < $1.path }
            .map { "\($0.path) \($0.sha256)" }
        return FileHasher.sha256(of: decisive.joined(separator: "\n").utf8)
    }

    private func loadSamples(
        _ shards: [ShardReference], _ encoder: any SampleEncoder, identity: FrozenPartIdentity?,
        _ plan: DatasetPlan
    ) throws -> LaneSamples {
        let samples = LaneSamples(encoder: encoder)
        let shards = shards.sorted {
            ($0.task, $0.split, $0.lane, $0.part) < ($1.task, $1.split, $1.lane, $1.part)
        }
        for shard in shards {
            try Task.checkCancellation()
            guard let split = DataSplit(rawValue: shard.split) else {
                throw WorkerError(.badContent, "the coordinator names a split \"\(shard.split)\"")
            }
            guard plan.tasks.indices.contains(shard.task) else {
                throw WorkerError(
                    .badContent, "the coordinator sends samples of task \(shard.task), of \(plan.tasks.count)"
                )
            }
            let classCount = plan.tasks[shard.task].labels.count
            let name = LaneSamples.LaneName(task: shard.task, split: split, lane: shard.lane)
            let decoded = try ShardCodec.decode(try environment.store.bytes(of: shard.sha256))
            let first = samples.laneCount(name)
            for (place, sample) in decoded.enumerated() {
                guard sample.index == shard.lane + (first + place) * order.laneCount,
                    sample.label < classCount
                else {
                    throw WorkerError(
                        .badContent,
                        "sample \(sample.index) with label \(sample.label) does not belong at place "
                            + "\(first + place) of lane \(shard.lane), \(shard.split)", context: shard.sha256)
                }
                try samples.append(sample, to: name, identity: identity)
            }
        }
        return samples
    }

    private func restoreCheckpoint(_ prepared: Prepared) throws {
        guard let file = checkpointFile else {
            throw WorkerError(
                .badContent, "the job goes on at step \(order.startStep), but no checkpoint came with it",
                context: order.jobID)
        }
        try restore(try environment.store.bytes(of: file.sha256), into: prepared.session)
        guard prepared.session.step == order.startStep else {
            throw WorkerError(
                .badContent,
                "the checkpoint stands at step \(prepared.session.step), the coordinator starts at \(order.startStep)",
                context: order.jobID)
        }
    }
}
