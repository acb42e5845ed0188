import Foundation
import StrictJSON
import TensorKernels

/// The shape of a BERT model: what its `config.json` says.
public struct BertConfiguration: Sendable, Equatable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    /// Positions, hence tokens of a sequence at the most.
    public var maximumLength: Int
    public var tokenTypeCount: Int
    public var activation: Activation
    public var layerNormEpsilon: Float
    /// Drop probabilities in training.
    public var hiddenDropout: Float
    public var attentionDropout: Float
    /// Standard deviation of random weights.
    public var initializerRange: Float
    public var padID: Int

    public init(
        vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int, intermediateSize: Int,
        maximumLength: Int = 512, tokenTypeCount: Int = 2, activation: Activation = .gelu,
        layerNormEpsilon: Float = 1e-12, hiddenDropout: Float = 0.1, attentionDropout: Float = 0.1,
        initializerRange: Float = 0.02, padID: Int = 0
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.intermediateSize = intermediateSize
        self.maximumLength = maximumLength
        self.tokenTypeCount = tokenTypeCount
        self.activation = activation
        self.layerNormEpsilon = layerNormEpsilon
        self.hiddenDropout = hiddenDropout
        self.attentionDropout = attentionDropout
        self.initializerRange = initializerRange
        self.padID = padID
    }

    /// Reads a `config.json`.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not BERT as published.
    public init(file: URL) throws {
        self = try BertConfigurationReader(file: file).configuration()
    }
}
