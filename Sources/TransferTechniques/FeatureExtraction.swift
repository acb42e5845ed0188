import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// Feature extraction: the encoder is frozen and runs once a sample; its pooled output is what a new head is
/// trained on. A step costs as much as the head alone.
public final class FeatureExtraction: TextClassification {
    let encoder: any ClassifiableEncoder
    let head: ClassificationHead
    let maximumLength: Int
    public let loss: ClassificationLoss
    private let packedWeights: PackedWeights?

    /// - Parameter packedWeights: of the encoder in a reduced precision; `nil`: it runs in Float32.
    init(
        encoder: any ClassifiableEncoder, head: ClassificationHead, maximumLength: Int,
        loss: ClassificationLoss = ClassificationLoss(), packedWeights: PackedWeights? = nil
    ) {
        self.loss = loss
        self.packedWeights = packedWeights
        self.encoder = encoder
        self.head = head
        self.maximumLength = maximumLength
        encoder.setTrainable(false)
    }

    public var trainableParameters: [Parameter] { head.parameters }

    public var frozenPart: FrozenPart? {
        let form = head.normalizesPooled ? "normalized" : "plain"
        return FrozenPart(
            cut: "\(head.pooling.rawValue) \(form) after layer \(encoder.layerCount)",
            width: encoder.hiddenSize, precision: packedWeights?.precision)
    }

    public func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor] {
        let batch = TokenBatch(try samples.tokens())
        let hidden = Variable(
            encoder.frozenForward(batch, belowCut: encoder.layerCount, weights: packedWeights))
        let pooled = head.pool(hidden, layout: batch.layout).value
        return samples.indices.map { pooled.rows($0..<$0 + 1) }
    }

    func pooled(_ microBatch: MicroBatch, context: ForwardContext) throws -> Variable {
        try features(of: microBatch).0
    }
}
