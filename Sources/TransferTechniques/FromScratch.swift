import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// Training from scratch: the same network from random weights, all of it trained. The control that says what
/// the pretrained weights are worth.
public final class FromScratch: TextClassification {
    let encoder: BertEncoder
    let head: ClassificationHead
    let maximumLength: Int

    init(encoder: BertEncoder, head: ClassificationHead, maximumLength: Int) {
        self.encoder = encoder
        self.head = head
        self.maximumLength = maximumLength
        encoder.setTrainable(true)
    }

    public var trainableParameters: [Parameter] { encoder.parameters + head.parameters }

    public var frozenPart: FrozenPart? { nil }

    public func extractFeatures(_ samples: [[Int32]]) throws -> [Tensor] {
        throw TechniqueError(
            .unsupported, "training from scratch has no frozen part to extract features with")
    }

    func logits(_ microBatch: MicroBatch, context: ForwardContext) throws -> Variable {
        guard case .tokens(let samples) = microBatch.input else {
            throw TechniqueError(.badMicroBatch, "training from scratch takes tokens, and was given features")
        }
        let batch = TokenBatch(samples)
        let embedded = encoder.embed(batch, context: context)
        let top = encoder.forward(
            embedded, layers: 0..<encoder.layerCount, layout: batch.layout, context: context)
        return head(top, layout: batch.layout, context: context)
    }
}
