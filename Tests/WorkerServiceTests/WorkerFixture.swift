import ContentStore
import Foundation
import Logging
import TrainingDatasets
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

@testable import WorkerService

/// A coordinator and workers on this host, in a folder that goes away, over a tiny BERT.
final class WorkerFixture: Sendable {
    let folder: URL
    let context: MessagingContext
    let coordinator: FakeCoordinator
    static let laneCount = 4
    static let tinyBERT = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("PretrainedBackbonesTests/Resources/tiny-bert")
    static let words = (0..<28).map { "w\($0)" }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("worker-\(UUID().uuidString)")
        context = try MessagingContext()
        coordinator = try await FakeCoordinator(
            context: context, folder: folder.appendingPathComponent("coordinator"))
    }

    func shutdown() async {
        await context.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts workers, runs `body` with their ids in order of name, and stops them.
    func withWorkers(
        _ names: [String], cache: String? = nil, cacheLimit: Int? = nil, peerTimeout: Duration = .seconds(10),
        bucketElements: Int? = nil, _ body: @Sendable ([String]) async throws -> Void
    ) async throws {
        let before = await coordinator.registrations.count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                var configuration = WorkerConfiguration(
                    coordinatorEndpoint: coordinator.endpoint, name: name,
                    cacheDirectory: folder.appendingPathComponent(cache ?? name), cacheLimitBytes: cacheLimit,
                    peerListenEndpoint: "tcp://127.0.0.1:0", peerTimeout: peerTimeout,
                    softwareVersion: "7.8.9")
                if let bucketElements { configuration.bucketElements = bucketElements }
                let worker = Worker(configuration: configuration, logger: Self.logger)
                group.addTask { try await worker.run() }
            }
            try await coordinator.untilRegistered(before + names.count)
            let registrations = await coordinator.registrations.dropFirst(before)
            try await body(names.compactMap { name in registrations.last { $0.name == name }?.workerID })
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    // MARK: - A job

    static func specification(
        _ kind: TechniqueKind, optimizer: OptimizerSpecification = .init(learningRate: 0.01), epochs: Int = 2,
        frozenLayers: FrozenLayers? = 1
    ) -> JobSpecification {
        JobSpecification(
            name: "tiny", seed: 3, backbone: BackboneSpecification(folder: "backbone", maximumLength: 16),
            technique: TechniqueSpecification(kind: kind, frozenLayers: frozenLayers, dropout: 0.1),
            tasks: [
                TaskSpecification(
                    name: "topic", train: DataFileSpecification(path: "train.csv", format: .csv))
            ],
            training: TrainingSpecification(
                epochs: epochs, batch: 16, microBatches: laneCount, optimizer: optimizer,
                schedule: ScheduleSpecification(kind: .constant, warmup: 0)))
    }

    static let trainCount = 41
    static let validationCount = 18
    static let plan = DatasetPlan(
        tasks: [
            .init(
                name: "topic", labels: ["animal", "plant"], trainCount: trainCount,
                validationCount: validationCount, testCount: 0)
        ], laneCount: laneCount, contentHash: "test")

    /// Texts that differ between splits and between samples.
    static func samples(_ split: DataSplit) -> [Sample] {
        var generator = SplitMix64(state: split == .train ? 1 : 2)
        return (0..<(split == .train ? trainCount : validationCount)).map { index in
            let label = Int(generator.next(below: 2))
            let count = 1 + Int(generator.next(below: 9))
            let words = (0..<count).map { _ in Self.words[Int(generator.next(below: 26))] }
            return Sample(
                index: index, text: ([label == 0 ? "w26" : "w27"] + words).joined(separator: " "),
                label: label)
        }
    }

    /// The preparation of every member: lanes are dealt round, or as `shares` says.
    func preparations(
        _ specification: JobSpecification, jobID: String, generation: Int = 1, workerIDs: [String],
        checkpoint: FileReference? = nil, startStep: Int = 0, shares: [[Int]]? = nil
    ) async throws -> [PrepareJob] {
        var files = try backboneFiles()
        if let checkpoint { files.append(checkpoint) }
        let registrations = await coordinator.registrations
        let members = workerIDs.enumerated().map { rank, id in
            Member(
                rank: rank, workerID: id, name: "worker \(rank)",
                endpoint: registrations.last { $0.workerID == id }?.peerEndpoint ?? "tcp://127.0.0.1:9")
        }
        return try members.map { member in
            let dealt = (0..<Self.laneCount).filter { $0 % members.count == member.rank }
            let lanes = shares?[member.rank] ?? dealt
            return PrepareJob(
                jobID: jobID, generation: generation, rank: member.rank, members: members, lanes: lanes,
                laneCount: Self.laneCount, specificationJSON: try CanonicalJSON.encode(specification),
                planJSON: try CanonicalJSON.encode(Self.plan), files: files, shards: try shards(of: lanes),
                startStep: startStep)
        }
    }

    private func shards(of lanes: [Int]) throws -> [ShardReference] {
        var references: [ShardReference] = []
        for split in [DataSplit.train, .validation] {
            for lane in lanes {
                let samples = Self.samples(split).filter { $0.index % Self.laneCount == lane }
                // Two parts a lane, as of a large one.
                for (part, samples) in [samples.prefix(3), samples.dropFirst(3)].enumerated() {
                    let blob = try coordinator.store.addBytes(ShardCodec.encode(Array(samples)))
                    references.append(
                        ShardReference(
                            task: 0, split: split.rawValue, lane: lane, part: part, samples: samples.count,
                            sha256: blob.sha256, size: blob.size))
                }
            }
        }
        return references
    }

    private func backboneFiles() throws -> [FileReference] {
        let resources = Self.tinyBERT
        let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + Self.words
        let blobs = [
            (
                "config.json",
                try coordinator.store.addFile(at: resources.appendingPathComponent("config.json"))
            ),
            (
                "model.safetensors",
                try coordinator.store.addFile(at: resources.appendingPathComponent("model.safetensors"))
            ),
            (
                "vocab.txt",
                try coordinator.store.addBytes(Array((vocabulary.joined(separator: "\n") + "\n").utf8))
            ),
        ]
        return blobs.map { FileReference(path: "backbone/\($0)", sha256: $1.sha256, size: $1.size) }
    }
}
