import DifferentiableTensors
import Foundation
import PretrainedBackbones
import TaskHeads
import TensorKernels

/// Fine-tuning: what lies below a cut, the embeddings and perhaps some layers, is frozen and runs once a sample;
/// the hidden states there are cached, ragged as they are. The layers above and the head are trained.
///
/// Without a cut nothing is frozen and micro-batches are tokens. On random weights that is training from scratch,
/// the control that says what the pretrained weights are worth.
public final class FineTuning: TextClassification {
    let encoder: any ClassifiableEncoder
    let head: ClassificationHead
    let maximumLength: Int
    public let loss: ClassificationLoss
    let exportsBackbone: Bool
    private let cut: Int?
    private let packedWeights: PackedWeights?

    /// - Parameter cut: layers below it are frozen, and the embeddings with them; `nil`: nothing is.
    convenience init(
        encoder: any ClassifiableEncoder, head: ClassificationHead, cut: Int?, maximumLength: Int,
        loss: ClassificationLoss = ClassificationLoss(), exportsBackbone: Bool = false
    ) {
        if let cut { encoder.freeze(belowCut: cut) } else { encoder.setTrainable(true) }
        self.init(
            encoder: encoder, head: head, maximumLength: maximumLength, loss: loss,
            exportsBackbone: exportsBackbone)
    }

    /// - Parameters:
    ///   - encoder: with what is frozen marked as such. What lies wholly below the first trained parameter runs
    ///     once a sample.
    ///   - packedWeights: of the encoder in a reduced precision, for what runs once a sample; `nil`: Float32.
    init(
        encoder: any ClassifiableEncoder, head: ClassificationHead, maximumLength: Int,
        loss: ClassificationLoss = ClassificationLoss(), exportsBackbone: Bool = false,
        packedWeights: PackedWeights? = nil
    ) {
        self.loss = loss
        self.packedWeights = packedWeights
        self.exportsBackbone = exportsBackbone
        self.encoder = encoder
        self.head = head
        cut = encoder.highestFrozenCut
        self.maximumLength = maximumLength
    }

    public var trainableParameters: [Parameter] { encoder.trainableParameters + head.parameters }

    public var frozenPart: FrozenPart? {
        cut.map {
            FrozenPart(
                cut: "hidden states after layer \($0)", width: encoder.hiddenSize,
                precision: packedWeights?.precision)
        }
    }

    public func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor] {
        guard let cut else {
            throw TechniqueError(
                .unsupported,
                "this job trains the whole network; it has no frozen part to extract features with")
        }
        let batch = TokenBatch(try samples.tokens())
        let hidden = encoder.frozenForward(batch, belowCut: cut, weights: packedWeights)
        return samples.indices.map { hidden.rows(batch.layout.rows($0)) }
    }

    func pooled(_ microBatch: MicroBatch, context: ForwardContext) throws -> Variable {
        let (hidden, layout) = try cut == nil ? embedded(microBatch, context) : features(of: microBatch)
        let top = encoder.forward(
            hidden, layers: (cut ?? 0)..<encoder.layerCount, layout: layout, context: context)
        return head.pool(top, layout: layout)
    }

    private func embedded(_ microBatch: MicroBatch, _ context: ForwardContext) throws -> (
        Variable, SequenceLayout
    ) {
        guard case .samples(let samples) = microBatch.input else {
            throw TechniqueError(.badMicroBatch, "this job trains on samples, and was given features")
        }
        let batch = TokenBatch(try samples.tokens())
        return (encoder.embed(batch, context: context), batch.layout)
    }
}
