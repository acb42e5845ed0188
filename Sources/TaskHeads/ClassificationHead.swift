import DifferentiableTensors
import NeuralLayers
import TensorKernels

/// From a backbone's hidden states to one score (logit) for each label.
///
/// In two steps. Pooling turns each sequence into one row and has no parameters, so that its result can be
/// kept as a feature when the whole backbone is frozen; the trained part follows. Its parameters are named
/// as in `BertForSequenceClassification`: `bert.pooler.dense` and `classifier`.
public final class ClassificationHead: Module {
    /// How a sequence's rows become one.
    public enum Pooling: String, Sendable, CaseIterable {
        /// The mean over all tokens, special ones included, layer-normalised.
        case mean
        /// The first token's row; layer-normalised where a linear head follows.
        case cls
        /// The last token's row, likewise: where attention is causal, the one that has seen all of the text.
        case last
    }

    /// What is trained on the pooled row.
    public enum Kind: String, Sendable, CaseIterable {
        /// dropout, then a linear map to the labels.
        case linear
        /// A linear map and an activation, dropout, then a linear map to the labels: BERT's own head.
        case mlp
    }

    public let pooling: Pooling
    public let kind: Kind
    public let hiddenSize: Int
    public let labelCount: Int
    /// `bert.pooler.dense`; `nil` for linear heads.
    public let dense: Linear?
    public let classifier: Linear
    /// Behind `dense`.
    public let activation: Activation
    private let dropout: Dropout

    /// A head with zero weights: call `initialize` or fill its parameters.
    /// - Parameters:
    ///   - activation: of heads with a hidden layer.
    ///   - hasBias: whether each label has a number of its own added to its score.
    ///   - dropout: drop probability in training.
    ///   - namePrefix: of its parameters, where a model has several heads.
    public init(
        pooling: Pooling, kind: Kind, hiddenSize: Int, labelCount: Int, activation: Activation = .tanh,
        hasBias: Bool = true, dropout: Float, namePrefix: String = ""
    ) {
        self.pooling = pooling
        self.kind = kind
        self.hiddenSize = hiddenSize
        self.labelCount = labelCount
        dense =
            kind == .mlp
            ? Linear("\(namePrefix)bert.pooler.dense", inputs: hiddenSize, outputs: hiddenSize) : nil
        classifier = Linear(
            "\(namePrefix)classifier", inputs: hiddenSize, outputs: labelCount, hasBias: hasBias)
        self.activation = activation
        self.dropout = Dropout(probability: dropout)
    }

    public var children: [any Module] { (dense.map { [$0] } ?? []) + [classifier, dropout] }

    /// Weights from a normal distribution, biases zero; the same seed gives the same weights.
    public func initialize(seed: UInt64, standardDeviation: Float = 0.02) {
        let key = RandomKey(seed: seed).derived("head")
        dense?.initialize(standardDeviation: standardDeviation, key: key)
        classifier.initialize(standardDeviation: standardDeviation, key: key)
    }

    /// The rows that the trained part reads: [sequences, hiddenSize] from [tokens, hiddenSize].
    public func pool(_ hidden: Variable, layout: SequenceLayout) -> Variable {
        let rows =
            switch pooling {
            case .mean: hidden.meanOverSequences(layout)
            case .cls: hidden.firstOfSequences(layout)
            case .last: hidden.lastOfSequences(layout)
            }
        return normalizesPooled ? Self.normalized(rows) : rows
    }

    /// Whether pooled rows are layer-normalised: all but those that BERT's own head takes as they are.
    public var normalizesPooled: Bool { pooling == .mean || kind == .linear }

    /// Logits [sequences, labelCount] from pooled rows.
    public func logits(_ pooled: Variable, context: ForwardContext) -> Variable {
        classify(features(pooled, context: context), context: context)
    }

    /// What the last linear map reads, [sequences, hiddenSize], before dropout.
    public func features(_ pooled: Variable, context: ForwardContext) -> Variable {
        dense.map { $0(pooled, activation: activation, context: context) } ?? pooled
    }

    /// Logits [sequences, labelCount] from `features`.
    public func classify(_ features: Variable, context: ForwardContext) -> Variable {
        classifier(dropout(features, context: context), context: context)
    }

    /// Logits [sequences, labelCount] from hidden states.
    public func callAsFunction(
        _ hidden: Variable, layout: SequenceLayout, context: ForwardContext
    ) -> Variable {
        logits(pool(hidden, layout: layout), context: context)
    }

    /// Without scale and shift, which the linear maps behind it could undo anyway.
    private static func normalized(_ rows: Variable) -> Variable {
        layerNormalization(rows, epsilon: 1e-12)
    }
}
