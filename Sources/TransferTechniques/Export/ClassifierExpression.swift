import PretrainedBackbones
import TaskHeads
import TensorKernels

/// A backbone and the head trained on it in the terms of transformers' classifier for such a backbone: its
/// weights, and perhaps one layer more.
struct ClassifierExpression {
    let layerCount: Int
    /// With the names of the checkpoint.
    let tensors: [(name: String, tensor: Tensor)]
    /// Those of them that are not the backbone's own, or not as they are there: head and added layer.
    let addedTensors: [(name: String, tensor: Tensor)]

    /// - Throws: `TechniqueError` where no weights make that architecture compute what the head computes.
    init(_ backbone: any ClassifiableEncoder, _ head: ClassificationHead) throws {
        try Self.requireExpressible(head, on: backbone)
        let added: AddedTensors
        var tensors = backbone.namedTensors()
        if let gpt2 = backbone as? GPT2Model {
            added = GPT2HeadExport.tensors(head, on: gpt2)
            // The final normalisation moves into the added layer.
            tensors.removeAll { added.backbone.map(\.name).contains($0.name) }
        } else if let encoder = backbone as? any PostNormEncoder {
            added = EncoderHeadExport.tensors(head, on: encoder)
        } else {
            throw TechniqueError(
                .unsupported, "there is no export for classifiers on \(type(of: backbone))")
        }
        let prefix = type(of: backbone).classificationForm.prefix
        addedTensors = added.backbone.map { (name: prefix + $0.name, tensor: $0.tensor) } + added.head
        self.tensors = tensors.map { (name: prefix + $0.name, tensor: $0.tensor) } + addedTensors
        layerCount = backbone.layerCount + (added.backbone.isEmpty ? 0 : 1)
    }

    /// - Throws: `TechniqueError` that says what to choose instead.
    static func requireExpressible(_ head: ClassificationHead, on backbone: any ClassifiableEncoder) throws {
        let form = type(of: backbone).classificationForm
        let poolings: [ClassificationHead.Pooling] = form.readsLastToken ? [.mean, .last] : [.mean, .cls]
        guard poolings.contains(head.pooling) else {
            throw TechniqueError(
                .unsupported,
                "\(form.architecture) cannot express the pooling \"\(head.pooling.rawValue)\"; take "
                    + poolings.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
        }
        guard head.kind == .linear || form.dense != nil && head.activation == form.activation else {
            throw TechniqueError(
                .unsupported,
                "\(form.architecture) cannot express an mlp head with \(head.activation); take a linear one")
        }
        guard form.hasBias || head.classifier.bias == nil else {
            throw TechniqueError(.unsupported, "\(form.architecture) has no place for the head's bias")
        }
        if let gpt2 = backbone as? GPT2Model { try GPT2HeadExport.requireRoom(for: head, on: gpt2) }
    }

    /// What an export adds to the backbone's weights, or replaces of them.
    struct AddedTensors {
        /// Without the checkpoint's prefix.
        var backbone: [(name: String, tensor: Tensor)] = []
        /// With their full names.
        var head: [(name: String, tensor: Tensor)] = []
    }
}

extension Tensor {
    /// Multiplies a row by `value`.
    static func diagonal(_ value: Float, _ size: Int) -> Tensor {
        let matrix = Tensor.zeros([size, size])
        for index in 0..<size { matrix[index * size + index] = value }
        return matrix
    }
}
