import DomainAdaptation
import FeatureCache
import TensorKernels
import TrainingJobs
import TransferTechniques

/// Measures how far apart source and target domain are by a model's features, on samples that are here.
///
/// The samples are the first of one lane of either domain, so that the figures do not depend on how many workers
/// there are.
struct DomainExaminer {
    /// Samples of either domain, at the most: enough for an error within some hundredths.
    static let mostSamples = 500
    private static let batchCount = 50

    let samples: LaneSamples
    let lane: Int

    /// - Returns: `nil` where a lane has not at least two samples of both domains.
    init?(_ samples: LaneSamples, lanes: [Int]) {
        guard let lane = lanes.min() else { return nil }
        self.samples = samples
        self.lane = lane
        guard count(of: .train) > 1, count(of: .target) > 1 else { return nil }
    }

    /// The domains by the features that `program` now computes.
    ///
    /// - Returns: `nil` where the program has no features that domains could be told apart by.
    /// - Throws: `DomainAdaptationError` where a feature is not finite; what `program` throws.
    func view(by program: any TrainingProgram) throws -> DomainExamination.View? {
        guard let source = try features(of: .train, program), let target = try features(of: .target, program)
        else { return nil }
        let separability = try DomainSeparability(source: source, target: target)
        let components = try PrincipalComponents(
            of: Tensor.concatenatingRows([source, target]), count: min(2, source.columnCount))
        func places(_ features: Tensor) -> [DomainExamination.Point] {
            let projection = components.projection(of: features)
            return (0..<projection.rowCount).map { row in
                let place = projection.rows(row..<row + 1).scalars
                return DomainExamination.Point(x: place[0], y: place.count > 1 ? place[1] : 0)
            }
        }
        return DomainExamination.View(
            distance: separability.distance, source: places(source), target: places(target))
    }

    private func count(of split: DataSplit) -> Int {
        min(Self.mostSamples, samples.laneCount(split: split, lane: lane))
    }

    private func features(of split: DataSplit, _ program: any TrainingProgram) throws -> Tensor? {
        var parts: [Tensor] = []
        let count = count(of: split)
        for first in stride(from: 0, to: count, by: Self.batchCount) {
            let batch = try samples.microBatch(
                split: split, lane: lane, positions: Array(first..<min(first + Self.batchCount, count)),
                epoch: 0)
            guard let features = try program.alignedFeatures(batch) else { return nil }
            parts.append(features)
        }
        return Tensor.concatenatingRows(parts)
    }
}
