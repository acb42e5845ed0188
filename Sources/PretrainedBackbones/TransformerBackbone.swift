import DifferentiableTensors
import NeuralLayers
import TensorKernels
import Tokenization

/// A pretrained stack of transformer layers that can be cut between any two of them.
///
/// Cut `k` stands for the embeddings and layers 0 ..< k: what is frozen lies below a cut, and features are
/// the hidden states there. All hidden states are token matrices [tokens, hiddenSize] with a layout.
public protocol TransformerBackbone: Module {
    var layerCount: Int { get }
    /// Width of a token's row.
    var hiddenSize: Int { get }
    /// Columns of queries, keys and values.
    var attentionWidth: Int { get }
    /// Ids are below it.
    var vocabularySize: Int { get }
    /// Tokens of a sequence at the most.
    var maximumLength: Int { get }
    /// Where samples begin at multiples of this, their rows of matrix products are the same bits whatever
    /// stands beside them: 1 where that holds anywhere, `nil` where it never does. Measured on the BLAS in use.
    var rowAlignment: Int? { get }

    /// Hidden states below the first layer.
    /// - Precondition: ids are below `vocabularySize`, lengths at most `maximumLength`.
    func embed(_ batch: TokenBatch, context: ForwardContext) -> Variable

    /// Hidden states after `layers`, from those before them.
    func forward(
        _ hidden: Variable, layers: Range<Int>, layout: SequenceLayout, context: ForwardContext
    ) -> Variable

    /// The parameters below cut `cut`: embeddings and layers 0 ..< cut.
    func parameters(belowCut cut: Int) -> [Parameter]
}

extension TransformerBackbone {
    public var attentionWidth: Int { hiddenSize }

    /// Freezes everything below cut `cut` and makes the rest trainable.
    public func freeze(belowCut cut: Int) {
        setTrainable(true)
        for parameter in parameters(belowCut: cut) { parameter.isTrainable = false }
    }

    /// All parameters by depth: those of the embeddings, then of each layer.
    public var layerGroups: [[Parameter]] {
        var seen: Set<ObjectIdentifier> = []
        return (0...layerCount).map { cut in
            parameters(belowCut: cut).filter { seen.insert(ObjectIdentifier($0)).inserted }
        }
    }

    /// The highest cut below which everything is frozen; `nil` where some embedding is trained.
    public var highestFrozenCut: Int? {
        let trainedLayer = layerGroups.firstIndex { $0.contains(where: \.isTrainable) }
        return trainedLayer.map { $0 > 0 ? $0 - 1 : nil } ?? layerCount
    }

    /// All weights with their names in a checkpoint, without a model prefix.
    public func namedTensors() -> [(name: String, tensor: Tensor)] {
        parameters.map { (name: $0.name, tensor: $0.value) }
    }

    /// Checks that every id of the tokenizer has an embedding, and that every text, the empty one too, becomes
    /// a sequence that there are positions for.
    /// - Throws: `PretrainedBackboneError`.
    public func requireFit(of tokenizer: any Tokenizer, file: String) throws {
        let emptyLength = tokenizer.encode("", maximumLength: 2).count
        guard emptyLength > 0 else {
            throw PretrainedBackboneError(
                .tokenizerDisagrees,
                "the tokenizer puts no special tokens around a text, so that an empty text has no tokens; take "
                    + "the one that belongs to the model (its post_processor adds [CLS] and [SEP])",
                file: file)
        }
        guard emptyLength <= maximumLength else {
            throw PretrainedBackboneError(
                .tokenizerDisagrees,
                "the tokenizer puts \(emptyLength) special tokens around a text, the model has positions for "
                    + "\(maximumLength); they do not belong together", file: file)
        }
        guard tokenizer.vocabularySize <= vocabularySize else {
            throw PretrainedBackboneError(
                .tokenizerDisagrees,
                "the tokenizer has ids up to \(tokenizer.vocabularySize - 1), the model embeddings for "
                    + "\(vocabularySize); they do not belong together", file: file)
        }
    }
}
