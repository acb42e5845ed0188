import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// Fine-tuning: the embeddings and the first layers are frozen and run once a sample; the hidden states behind
/// them are cached, ragged as they are. The layers above and the head are trained.
public final class FineTuning: TextClassification {
    let encoder: BertEncoder
    let head: ClassificationHead
    let maximumLength: Int
    private let frozenLayers: Int

    init(encoder: BertEncoder, head: ClassificationHead, frozenLayers: Int, maximumLength: Int) {
        self.encoder = encoder
        self.head = head
        self.frozenLayers = frozenLayers
        self.maximumLength = maximumLength
        encoder.freeze(belowCut: frozenLayers)
    }

    public var trainableParameters: [Parameter] { encoder.trainableParameters + head.parameters }

    public var frozenPart: FrozenPart? {
        FrozenPart(cut: "hidden states after layer \(frozenLayers)", width: encoder.hiddenSize)
    }

    public func extractFeatures(_ samples: [[Int32]]) throws -> [Tensor] {
        let batch = TokenBatch(samples)
        let hidden = encoder.frozenForward(batch, belowCut: frozenLayers)
        return samples.indices.map { hidden.rows(batch.layout.rows($0)) }
    }

    func logits(_ microBatch: MicroBatch, context: ForwardContext) throws -> Variable {
        let (hidden, layout) = try features(of: microBatch)
        let top = encoder.forward(
            hidden, layers: frozenLayers..<encoder.layerCount, layout: layout, context: context)
        return head(top, layout: layout, context: context)
    }
}
