import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// GPT-2 (Radford et al. 2019) without its language model's head, for embedding and classification: a token's
/// hidden state has seen the tokens before it, so the last one's stands for the text.
///
/// The head's matrix is that of the token embeddings; nothing is lost without it. Parameters have the names of
/// Hugging Face's checkpoints without the prefix `transformer.`: `wte.weight`, `h.0.attn.c_attn.weight`, …
/// The final normalisation belongs to the last layer: hidden states at the last cut are normalised.
public final class GPT2Model: TransformerBackbone {
    public let configuration: GPT2Configuration
    public let words: Embedding
    public let positions: Embedding
    public let layers: [GPT2Layer]
    public let finalNorm: LayerNorm
    private let dropout: Dropout

    static let naming = BackboneCheckpoint.Naming(
        prefix: "transformer.", optional: ["lm_head."],
        heads: ["score.", "classifier.", "multiple_choice_head."],
        // Masks and their filling.
        isConstant: {
            $0.hasPrefix("h.") && ($0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias"))
        })

    /// All weights zero, none with memory as yet.
    init(_ configuration: GPT2Configuration) {
        self.configuration = configuration
        let hidden = configuration.hiddenSize
        words = Embedding("wte", entries: configuration.vocabularySize, columns: hidden)
        positions = Embedding("wpe", entries: configuration.maximumLength, columns: hidden)
        layers = (0..<configuration.layerCount).map { GPT2Layer("h.\($0)", configuration) }
        finalNorm = LayerNorm("ln_f", columns: hidden, epsilon: configuration.layerNormEpsilon)
        dropout = Dropout(probability: configuration.embeddingDropout)
    }

    /// Loads the model of a Hugging Face-style folder, with or without the prefix `transformer.`.
    ///
    /// Masks, the language model's head, which is tied to the embeddings, and, where names have the prefix,
    /// other tasks' heads are passed over.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> GPT2Model {
        let configuration = try GPT2Configuration(file: folder.appendingPathComponent("config.json"))
        let model = GPT2Model(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming).load(model.parameters)
        return model
    }

    /// The same network with random weights, as pretraining begins. The same seed gives the same weights.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    public static func random(
        _ configuration: GPT2Configuration, seed: UInt64, dropout: Float? = nil
    ) -> GPT2Model {
        let model = GPT2Model(configuration.replacingDropout(dropout))
        let key = RandomKey(seed: seed).derived("backbone")
        for table in [model.words, model.positions] {
            table.initialize(standardDeviation: configuration.initializerRange, key: key)
        }
        for layer in model.layers {
            layer.initialize(
                standardDeviation: configuration.initializerRange, layerCount: configuration.layerCount,
                key: key)
        }
        return model
    }

    public var layerCount: Int { configuration.layerCount }
    public var hiddenSize: Int { configuration.hiddenSize }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var maximumLength: Int { configuration.maximumLength }

    public var rowAlignment: Int? {
        let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
        return InputMajorAlignment.of([
            .init(inputs: hidden, outputs: 3 * hidden), .init(inputs: hidden, outputs: hidden),
            .init(inputs: hidden, outputs: wide), .init(inputs: wide, outputs: hidden),
        ])
    }

    public var children: [any Module] { [words, positions] + layers + [finalNorm, dropout] }

    public func embed(_ batch: TokenBatch, context: ForwardContext) -> Variable {
        let word = words(batch.ids.map(Int.init), context: context)
        return dropout(word + positions(batch.layout.positions, context: context), context: context)
    }

    public func forward(
        _ hidden: Variable, layers range: Range<Int>, layout: SequenceLayout, context: ForwardContext
    ) -> Variable {
        let top = layers[range].reduce(hidden) { $1($0, layout: layout, context: context) }
        return !range.isEmpty && range.upperBound == layerCount ? finalNorm(top, context: context) : top
    }

    public func parameters(belowCut cut: Int) -> [Parameter] {
        words.parameters + positions.parameters + layers[..<cut].flatMap(\.parameters)
            + (cut == layerCount ? finalNorm.parameters : [])
    }

    /// One more layer, behind the last, with zero weights and plain normalisations.
    public func layerToAppend() -> GPT2Layer { GPT2Layer("h.\(layerCount)", configuration) }
}
