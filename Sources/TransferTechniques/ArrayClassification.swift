import DifferentiableTensors
import Foundation
import NeuralLayers
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// Classification of samples that all have one shape, images or rows of a table, by a linear head on a
/// backbone's last features.
///
/// One type for three techniques, which differ in the cut alone: behind the last part, only the head is
/// trained (feature extraction); between two parts, what lies above is trained too (fine-tuning); 0, nothing
/// is frozen (fine-tuning of everything, or training from scratch).
public final class ArrayClassification: AlignableProgram {
    let model: ArrayModel
    private let backbone: any FeatureBackbone
    private let head: Linear
    private let dropout: Dropout
    public let loss: ClassificationLoss
    private let mixup: Mixup?
    private let cut: Int
    private lazy var frozenForward = backbone.frozenForward(belowCut: cut)

    /// - Parameters:
    ///   - head: from the backbone's last features to classes.
    ///   - dropout: drop probability of those features in training.
    ///   - frozenNames: patterns of parameters above the cut that stay frozen too.
    /// - Throws: `TechniqueError` where a pattern meets nothing.
    init(
        model: ArrayModel, head: Linear, dropout: Float, loss: ClassificationLoss, mixup: Mixup?, cut: Int,
        frozenNames: [String]? = nil
    ) throws {
        self.model = model
        backbone = model.backbone
        self.head = head
        self.dropout = Dropout(probability: dropout)
        self.loss = loss
        self.mixup = mixup
        backbone.freeze(belowCut: cut)
        try backbone.freeze(named: frozenNames)
        self.cut = backbone.highestFrozenCut(from: cut)
    }

    public var trainableParameters: [Parameter] { backbone.trainableParameters + head.parameters }

    public var layerGroups: [[Parameter]] {
        var below: Set<String> = []
        var groups: [[Parameter]] = []
        for part in backbone.cutNames.indices {
            let parameters = backbone.parameters(belowCut: part + 1).filter { below.insert($0.name).inserted }
            if !parameters.isEmpty { groups.append(parameters.filter(\.isTrainable)) }
        }
        return groups + [head.parameters]
    }

    public var followingBuffers: [Buffer] {
        let frozen = Set(backbone.buffers(belowCut: cut).map(\.name))
        return backbone.buffers.filter { !frozen.contains($0.name) }
    }

    public var alignedWidth: Int { backbone.featureCount }

    public var trainsAlignedFeatures: Bool { !backbone.trainableParameters.isEmpty }

    public var parameterCount: Int { backbone.parameterCount + head.parameterCount }

    public var classCount: Int { head.weight.shape[0] }

    public var frozenPart: FrozenPart? {
        guard cut > 0 else { return nil }
        return FrozenPart(
            cut: "after part \(cut), \(backbone.cutNames[cut - 1])", width: featureShape.last ?? 1,
            batchPositions: model.batchPositions)
    }

    public func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor] {
        let features = frozenForward(try model.tensor(samples))
        let width = featureShape.last ?? 1
        let rows = featureShape.reduce(1, *) / width
        let matrix = features.reshaped([samples.count * rows, width])
        return samples.indices.map { matrix.rows($0 * rows..<($0 + 1) * rows) }
    }

    public func fillerRows(_ samples: [SampleInput]) -> Int { 0 }

    public func trainingLoss(
        _ microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext
    ) throws -> Variable {
        let input = try input(microBatch)
        let weight = 1 / Float(globalBatchCount)
        guard let mixup else {
            return loss(logits(input, context), labels: microBatch.labels, weight: weight)
        }
        let mixed = mixup.mix(
            input, labels: microBatch.labels, classCount: classCount, key: context.nextKey())
        return loss(logits(mixed.input, context), distributions: mixed.distributions, weight: weight)
    }

    public func classify(_ microBatch: MicroBatch, context: ForwardContext) throws -> ClassifiedFeatures {
        let features = features(try input(microBatch), context)
        return ClassifiedFeatures(features: features, logits: logits(features, context))
    }

    public func evaluate(_ microBatch: MicroBatch) throws -> MicroBatchEvaluation {
        MicroBatchEvaluation(
            logits: logits(try input(microBatch), .evaluation).value, labels: microBatch.labels)
    }

    public func export(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        try model.export(head: head, labels: labels, backboneFolder: backboneFolder, to: folder)
    }

    /// With the head that it is in this program: readers of backbones pass it over.
    public func exportTrunk(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        try export(to: folder, labels: labels, backboneFolder: backboneFolder)
    }

    /// Of one sample at the cut.
    private var featureShape: [Int] { backbone.featureShape(belowCut: cut) }

    private func logits(_ input: Tensor, _ context: ForwardContext) -> Variable {
        logits(features(input, context), context)
    }

    private func features(_ input: Tensor, _ context: ForwardContext) -> Variable {
        backbone.forward(Variable(input), parts: cut..<backbone.cutNames.count, context: context)
    }

    private func logits(_ features: Variable, _ context: ForwardContext) -> Variable {
        head(dropout(features, context: context), context: context)
    }

    /// What the trained part starts from: [samples] + `featureShape`.
    private func input(_ microBatch: MicroBatch) throws -> Tensor {
        switch microBatch.input {
        case .samples(let samples):
            guard cut == 0 else {
                throw TechniqueError(
                    .badMicroBatch, "this technique trains on features, and was given samples")
            }
            return try model.tensor(samples)
        case .features(let features, _):
            let shape = [microBatch.count] + featureShape
            guard cut > 0, features.count == shape.reduce(1, *) else {
                throw TechniqueError(
                    .badMicroBatch,
                    "\(microBatch.count) samples have \(features.shape) features, where \(shape) are expected"
                )
            }
            return features.reshaped(shape)
        }
    }
}

extension FeatureBackbone {
    /// The highest cut, at or above `cut`, below which nothing that there is to train is trained. Parts without
    /// parameters that follow are below it, too: what they give is as good to keep, and smaller.
    fileprivate func highestFrozenCut(from cut: Int) -> Int {
        var highest = cut
        for candidate in cut..<cutNames.count {
            let below = parameters(belowCut: candidate + 1)
            guard below.allSatisfy({ !$0.isTrainable }) else { break }
            if !below.isEmpty { highest = candidate + 1 }
        }
        return highest
    }
}
