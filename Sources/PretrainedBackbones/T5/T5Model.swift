import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// T5 (Raffel et al. 2020, arXiv:1910.10683) with both halves: a text in, a text out. Version 1.1 and its
/// descendants (gated feed-forward parts, a matrix of their own for scores) as well as the first.
public final class T5Model: Module {
    public let encoder: T5Encoder
    public let decoder: T5Decoder
    /// `lm_head`; `nil` where scores are products with the embeddings.
    public let head: Linear?

    public var configuration: T5Configuration { encoder.configuration }

    /// The embeddings under other names, as some files repeat them, and a table that nothing reads.
    static let isCopy: @Sendable (_ name: String) -> Bool = {
        [
            "encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
            "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
        ].contains($0)
    }

    /// All weights zero, none with memory as yet.
    init(_ configuration: T5Configuration) {
        encoder = T5Encoder(configuration)
        decoder = T5Decoder(configuration)
        head =
            configuration.tiesEmbeddings
            ? nil
            : Linear(
                "lm_head", inputs: configuration.hiddenSize, outputs: configuration.vocabularySize,
                hasBias: false)
    }

    /// Loads a Hugging Face-style folder of a `T5ForConditionalGeneration`.
    /// - Parameter dropout: drop probability in training; `nil`: the configuration's.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL, dropout: Float? = nil) throws -> T5Model {
        let configuration = try T5Configuration(file: folder.appendingPathComponent("config.json"))
        let model = T5Model(configuration.replacingDropout(dropout))
        try BackboneCheckpoint(folder: folder, naming: naming(configuration)).load(model.parameters)
        return model
    }

    static func naming(_ configuration: T5Configuration) -> BackboneCheckpoint.Naming {
        // Where embeddings serve as the matrix, a file may repeat them under its name.
        .init(
            prefix: "", optional: configuration.tiesEmbeddings ? ["lm_head.weight"] : [], isConstant: isCopy)
    }

    public var children: [any Module] { [encoder, decoder] + (head.map { [$0] } ?? []) }

    /// Scores of every token of the vocabulary behind each token of the decoder's input.
    /// - Parameters:
    ///   - source: what is read.
    ///   - target: the decoder's input, one sequence for each of the source's: the start token, then what was
    ///     written so far. See `shifted(_:)`.
    /// - Returns: [target tokens, vocabulary].
    /// - Precondition: ids are below the vocabulary's size; as many sequences in both.
    public func logits(_ source: TokenBatch, target: TokenBatch, context: ForwardContext) -> Variable {
        let encoded = encoder.forward(
            encoder.embed(source, context: context), layers: 0..<encoder.layerCount, layout: source.layout,
            context: context)
        return logits(target, memory: (encoded, source.layout), context: context)
    }

    /// The same from an encoded source.
    func logits(
        _ target: TokenBatch, memory: (rows: Variable, layout: SequenceLayout), context: ForwardContext
    ) -> Variable {
        let embedded = encoder.words(target.ids.map(Int.init), context: context)
        var hidden = decoder(embedded, layout: target.layout, memory: memory, context: context)
        if configuration.scalesResult {
            hidden = hidden.scaled(by: 1 / Float(configuration.hiddenSize).squareRoot())
        }
        return head.map { $0(hidden, context: context) }
            ?? linear(hidden, weight: context.variable(encoder.words.weight))
    }

    /// The decoder's input for texts that it should write: each behind the start token, without its last one.
    public func shifted(_ targets: [[Int32]]) -> TokenBatch {
        TokenBatch(targets.map { [Int32(configuration.startID)] + $0.dropLast() })
    }

    /// Writes a text for each source, at every step the token with the highest score, the first of equals. A text
    /// depends on its own source alone.
    ///
    /// Each step computes the whole text so far, so that time grows with the square of its length.
    /// - Parameter maximumLength: tokens at the most, the one that ends a text included.
    /// - Returns: ids, with that token where a text came to its end.
    public func generate(_ sources: [[Int32]], maximumLength: Int) -> [[Int32]] {
        sources.map { source in
            let batch = TokenBatch([source])
            let encoded = encoder.frozenForward(batch, belowCut: encoder.layerCount)
            var written: [Int32] = []
            while written.count < maximumLength, written.last != Int32(configuration.endID) {
                let target = TokenBatch([[Int32(configuration.startID)] + written])
                let scores = logits(target, memory: (Variable(encoded), batch.layout), context: .evaluation)
                    .value
                let last = scores.rows(scores.rowCount - 1..<scores.rowCount).scalars
                var best = 0
                for id in last.indices where last[id] > last[best] { best = id }
                written.append(Int32(best))
            }
            return written
        }
    }
}
