import DifferentiableTensors
import Foundation
import NeuralLayers

/// What a model folder holds, without its weights in memory: layers, where they can be cut, and what a pass
/// costs.
public struct BackboneInspection: Sendable, Equatable {
    /// The embeddings, or one layer.
    public struct Part: Sendable, Equatable {
        /// "embeddings", "layer 0", …
        public let name: String
        public let parameterCount: Int
        /// Scalars of the matrices that every token is multiplied with; none in embeddings.
        public let matrixWeightCount: Int
    }

    /// The `model_type` of `config.json`.
    public let modelType: String
    /// Embeddings first, then the layers, from below.
    public let parts: [Part]
    public let hiddenSize: Int
    /// Columns of queries, keys and values.
    public let attentionWidth: Int
    public let vocabularySize: Int
    /// Tokens of a sequence at the most.
    public let maximumLength: Int
    /// Scalars of a decoder that the folder holds beside its encoder and that is no part of the backbone.
    public let decoderParameterCount: Int

    /// Reads `config.json` and compares the names and shapes of the weights with it.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`, as loading the folder would.
    public init(folder: URL) throws {
        let (architecture, backbone, naming) = try BackboneCatalog.blank(folder: folder)
        let checkpoint = try BackboneCheckpoint(folder: folder, naming: naming)
        try checkpoint.sources(of: backbone.parameters)
        let decoder = try Self.decoder(beside: backbone, folder: folder, checkpoint)
        decoderParameterCount = decoder.reduce(0) { $0 + $1.count }
        modelType = architecture.rawValue
        hiddenSize = backbone.hiddenSize
        attentionWidth = backbone.attentionWidth
        vocabularySize = backbone.vocabularySize
        maximumLength = backbone.maximumLength

        var parts: [Part] = []
        var below = 0
        for cut in 0...backbone.layerCount {
            let parameters = backbone.parameters(belowCut: cut)
            let own = parameters.dropFirst(below)
            below = parameters.count
            let matrices =
                cut == 0
                ? [] : own.filter { $0.shape.count == 2 && !$0.name.hasSuffix(T5Attention.tableSuffix) }
            parts.append(
                Part(
                    name: cut == 0 ? "embeddings" : "layer \(cut - 1)",
                    parameterCount: own.reduce(0) { $0 + $1.count },
                    matrixWeightCount: matrices.reduce(0) { $0 + $1.count }))
        }
        self.parts = parts
    }

    /// The parameters of the other half, if the folder has it: then it must be whole.
    private static func decoder(
        beside backbone: any TransformerBackbone, folder: URL, _ checkpoint: BackboneCheckpoint
    ) throws -> [Parameter] {
        guard let encoder = backbone as? T5Encoder, checkpoint.holdsAny(prefix: "decoder.block.") else {
            return []
        }
        let model = T5Model(encoder.configuration)
        let naming = T5Model.naming(encoder.configuration)
        try BackboneCheckpoint(folder: folder, naming: naming).sources(of: model.parameters)
        return model.decoder.parameters + (model.head?.parameters ?? [])
    }

    public var layerCount: Int { parts.count - 1 }

    public var parameterCount: Int { parts.reduce(0) { $0 + $1.parameterCount } }

    /// Values of `frozen_layers`: k freezes the embeddings and layers 0 ..< k.
    public var cutPoints: ClosedRange<Int> { 0...layerCount }

    /// Parameters that freezing below a cut leaves untrained.
    public func frozenParameterCount(belowCut cut: Int) -> Int {
        parts[...min(cut, layerCount)].reduce(0) { $0 + $1.parameterCount }
    }

    /// Floating-point operations of a forward pass over one sequence through all layers, a multiplication and
    /// an addition being two: products with weights, and attention's two products. Everything else (biases,
    /// normalisation, softmax) is a few for each element and left out.
    public func floatingPointOperations(tokens: Int) -> Int {
        floatingPointOperations(tokens: tokens, layers: 0..<layerCount)
    }

    /// The same for some of the layers.
    public func floatingPointOperations(tokens: Int, layers: Range<Int>) -> Int {
        parts.dropFirst()[layers.lowerBound + 1..<layers.upperBound + 1].reduce(0) {
            $0 + 2 * tokens * $1.matrixWeightCount + 4 * tokens * tokens * attentionWidth
        }
    }
}
