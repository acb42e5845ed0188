import DifferentiableTensors
import FeatureCache
import TensorKernels
import TrainingDatasets
import TrainingJobs
import TransferTechniques

/// The samples of the lanes that this worker owns: tokens and labels in memory, features in the mapped cache.
/// Texts are let go once they are tokens and keys.
final class LaneSamples: MicroBatchSource {
    struct LaneName: Hashable {
        var split: DataSplit
        var lane: Int
    }

    struct Lane {
        var inputs: [SampleInput] = []
        var labels: [Int] = []
        /// Empty where nothing is cached.
        var keys: [FeatureKey] = []
    }

    private(set) var lanes: [LaneName: Lane] = [:]
    /// Set once the features are there; `nil` where everything is trained.
    var catalog: FeatureCatalog?

    /// All lanes in an order that follows from the job alone.
    var laneNames: [LaneName] {
        lanes.keys.sorted { ($0.split.rawValue, $0.lane) < ($1.split.rawValue, $1.lane) }
    }

    var sampleCount: Int { lanes.values.reduce(0) { $0 + $1.labels.count } }

    /// Adds the next part of a lane.
    func append(_ part: Lane, to name: LaneName) {
        lanes[name, default: Lane()].inputs += part.inputs
        lanes[name, default: Lane()].labels += part.labels
        lanes[name, default: Lane()].keys += part.keys
    }

    func laneCount(split: DataSplit, lane: Int) -> Int {
        lanes[LaneName(split: split, lane: lane)]?.labels.count ?? 0
    }

    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) throws -> MicroBatch {
        let name = LaneName(split: split, lane: lane)
        guard let samples = lanes[name], positions.allSatisfy(samples.labels.indices.contains) else {
            throw WorkerError(
                .badContent,
                "lane \(lane) of the \(split.rawValue) split has \(laneCount(split: split, lane: lane)) samples "
                    + "here, fewer than the plan says", context: "\(split.rawValue) lane \(lane)")
        }
        let labels = positions.map { samples.labels[$0] }
        guard let catalog else {
            return MicroBatch(input: .samples(positions.map { samples.inputs[$0] }), labels: labels)
        }
        let (features, rows) = try catalog.gather(positions.map { samples.keys[$0] })
        return MicroBatch(input: .features(features, SequenceLayout(lengths: rows)), labels: labels)
    }
}
