import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// A backbone with the head of transformers' classifier for it, as a folder holds them.
struct SequenceClassificationNetwork {
    let encoder: any ClassifiableEncoder
    private let form: SequenceClassificationForm
    private let dense: Linear?
    private let classifier: Linear

    /// - Throws: `PretrainedBackboneError` or `CheckpointError`, naming file and tensor.
    static func load(folder: URL, labelCount: Int) throws -> SequenceClassificationNetwork {
        let (architecture, backbone, naming) = try BackboneCatalog.blank(folder: folder)
        guard let encoder = backbone as? any ClassifiableEncoder else {
            let known = BackboneCatalog.classifiableTypes.map { "\"\($0)\"" }.joined(separator: ", ")
            throw PretrainedBackboneError(
                .unsupported,
                "classifiers on \(known) models are supported, not on \"\(architecture.rawValue)\"",
                file: folder.appendingPathComponent("config.json").path)
        }
        let form = type(of: encoder).classificationForm
        let network = SequenceClassificationNetwork(encoder, form, labelCount: labelCount)
        // Nothing is passed over: what the file has belongs to the classifier.
        let checkpoint = try BackboneCheckpoint(
            folder: folder, naming: .init(prefix: naming.prefix, isConstant: naming.isConstant))
        let weight = network.classifier.weight.name
        guard checkpoint.holds(weight) else {
            throw PretrainedBackboneError(
                .weightsDisagree,
                "it has no \"\(weight)\": a backbone without a classification head; train one first",
                file: folder.path, tensors: [weight])
        }
        try checkpoint.load(
            encoder.parameters + (network.dense?.parameters ?? []) + network.classifier.parameters)
        return network
    }

    private init(_ encoder: any ClassifiableEncoder, _ form: SequenceClassificationForm, labelCount: Int) {
        self.encoder = encoder
        self.form = form
        let hidden = encoder.hiddenSize
        dense = form.dense.map {
            Linear(String($0.trimmingPrefix(form.prefix)), inputs: hidden, outputs: hidden)
        }
        classifier = Linear(form.classifier, inputs: hidden, outputs: labelCount, hasBias: form.hasBias)
    }

    /// [sequences, labels].
    /// - Precondition: no sequence is empty.
    func logits(_ batch: TokenBatch) -> Tensor {
        let context = ForwardContext.evaluation
        let hidden = encoder.forward(
            encoder.embed(batch, context: context), layers: 0..<encoder.layerCount, layout: batch.layout,
            context: context)
        let read =
            form.readsLastToken
            ? hidden.lastOfSequences(batch.layout) : hidden.firstOfSequences(batch.layout)
        let features = dense.map { $0(read, activation: form.activation, context: context) } ?? read
        return classifier(features, context: context).value
    }
}
