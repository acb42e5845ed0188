import DifferentiableTensors
import FeatureCache
import TensorKernels
import TrainingDatasets
import TrainingJobs
import TransferTechniques

/// The samples of the lanes that this worker owns: in memory what is small, features in the mapped cache.
final class LaneSamples: MicroBatchSource {
    struct LaneName: Hashable {
        /// Index in the job file.
        var task = 0
        var split: DataSplit
        var lane: Int
    }

    struct Lane {
        var held: [HeldSample] = []
        var labels: [Int] = []
        /// A sample's views, one after the other. Empty where nothing is cached.
        var keys: [FeatureKey] = []

        mutating func append(_ sample: HeldSample, label: Int, keys: [FeatureKey]) {
            held.append(sample)
            labels.append(label)
            self.keys += keys
        }
    }

    /// A sample as it goes through the frozen part.
    struct View {
        let key: FeatureKey
        let held: HeldSample
        /// Number of the variation; `nil`: as it is.
        let number: Int?
    }

    let encoder: any SampleEncoder
    private(set) var lanes: [LaneName: Lane] = [:]
    /// Set once the features are there; `nil` where everything is trained.
    var catalog: FeatureCatalog?

    init(encoder: any SampleEncoder) { self.encoder = encoder }

    /// All lanes in an order that follows from the job alone.
    private var laneNames: [LaneName] {
        lanes.keys.sorted {
            ($0.task, $0.split.rawValue, $0.lane) < ($1.task, $1.split.rawValue, $1.lane)
        }
    }

    var sampleCount: Int { lanes.values.reduce(0) { $0 + $1.labels.count } }

    /// Forgets all lanes but these, in every split.
    func keepOnly(lanes kept: Set<Int>) { lanes = lanes.filter { kept.contains($0.key.lane) } }

    /// Takes over lanes that were loaded apart; they replace those of the same name.
    func adopt(_ others: LaneSamples) { lanes.merge(others.lanes) { $1 } }

    /// Adds the next sample of a lane.
    func append(_ sample: Sample, to name: LaneName, identity: FrozenPartIdentity?) throws {
        let held = try encoder.hold(sample)
        lanes[name, default: Lane()].append(
            held, label: sample.label, keys: keys(of: sample, name.split, identity))
    }

    /// One for each view; none where nothing is cached.
    private func keys(of sample: Sample, _ split: DataSplit, _ identity: FrozenPartIdentity?) -> [FeatureKey]
    {
        guard let identity else { return [] }
        let content = sample.payload.bytes
        guard varies(split) else { return [identity.key(forContent: content, view: nil)] }
        return (0..<viewCount(split)).map { identity.key(forContent: content, view: encoder.viewName($0)) }
    }

    /// Each different view of a sample once: equal samples have equal features.
    func distinctViews() -> [View] {
        var seen: Set<FeatureKey> = []
        var views: [View] = []
        for name in laneNames {
            guard let lane = lanes[name], !lane.keys.isEmpty else { continue }
            let count = viewCount(name.split)
            for (place, key) in lane.keys.enumerated() where seen.insert(key).inserted {
                views.append(
                    View(
                        key: key, held: lane.held[place / count],
                        number: varies(name.split) ? place % count : nil))
            }
        }
        return views
    }

    func laneCount(_ name: LaneName) -> Int { lanes[name]?.labels.count ?? 0 }

    func laneCount(split: DataSplit, lane: Int) -> Int { laneCount(LaneName(split: split, lane: lane)) }

    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) throws -> MicroBatch {
        try microBatch(of: LaneName(split: split, lane: lane), positions: positions, epoch: epoch)
    }

    func ofTask(_ index: Int) -> any MicroBatchSource { TaskSamples(samples: self, task: index) }

    fileprivate func microBatch(of name: LaneName, positions: [Int], epoch: Int?) throws -> MicroBatch {
        let split = name.split
        guard let samples = lanes[name], positions.allSatisfy(samples.labels.indices.contains) else {
            throw WorkerError(
                .badContent,
                "lane \(name.lane) of the \(split.rawValue) split has \(laneCount(name)) samples here, fewer "
                    + "than the plan says",
                context: "task \(name.task), \(split.rawValue) lane \(name.lane)")
        }
        let labels = positions.map { samples.labels[$0] }
        guard let catalog else {
            // Nothing is kept of a view, so every epoch may show another one.
            let view = varies(split) ? epoch : nil
            let inputs = try positions.map { try encoder.input(samples.held[$0], view: view) }
            return MicroBatch(input: .samples(inputs), labels: labels)
        }
        let count = viewCount(split)
        let view = (epoch ?? 0) % count
        let (features, rows) = try catalog.gather(positions.map { samples.keys[$0 * count + view] })
        return MicroBatch(input: .features(features, SequenceLayout(lengths: rows)), labels: labels)
    }

    /// Both domains' samples vary where one's do, so that variation does not tell them apart.
    private func varies(_ split: DataSplit) -> Bool {
        (split == .train || split == .target) && encoder.viewCount != nil
    }

    private func viewCount(_ split: DataSplit) -> Int { varies(split) ? encoder.viewCount ?? 1 : 1 }
}

/// One task's samples among those of several.
private final class TaskSamples: MicroBatchSource {
    private let samples: LaneSamples
    private let task: Int

    init(samples: LaneSamples, task: Int) {
        self.samples = samples
        self.task = task
    }

    func laneCount(split: DataSplit, lane: Int) -> Int {
        samples.laneCount(LaneSamples.LaneName(task: task, split: split, lane: lane))
    }

    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) throws -> MicroBatch {
        try samples.microBatch(
            of: LaneSamples.LaneName(task: task, split: split, lane: lane), positions: positions, epoch: epoch
        )
    }
}
