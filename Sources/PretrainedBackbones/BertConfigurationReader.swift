import Foundation
import StrictJSON
import TensorKernels

/// Reads `config.json` of a BERT model key by key, with bounds: sizes go into allocations.
struct BertConfigurationReader {
    let root: JSONValue
    let file: String

    init(file: URL) throws {
        self.file = file.path
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw PretrainedBackboneError(
                .unreadable, "cannot be read: \(error.localizedDescription)", file: file.path)
        }
        do {
            root = try JSONValue(parsing: data)
        } catch {
            throw PretrainedBackboneError(
                .malformedConfiguration, "not valid JSON: \(error)", file: file.path)
        }
    }

    func configuration() throws -> BertConfiguration {
        try refuseWhatIsNotBert()
        let configuration = BertConfiguration(
            vocabularySize: try size("vocab_size", 1...10_000_000),
            hiddenSize: try size("hidden_size", 1...65_536),
            layerCount: try size("num_hidden_layers", 1...1_000),
            headCount: try size("num_attention_heads", 1...1_024),
            intermediateSize: try size("intermediate_size", 1...1_000_000),
            maximumLength: try size("max_position_embeddings", 2...1_000_000),
            tokenTypeCount: try size("type_vocab_size", 1...1_000, otherwise: 2),
            activation: try activation(),
            layerNormEpsilon: try number("layer_norm_eps", 0...0.1, otherwise: 1e-12),
            hiddenDropout: try number("hidden_dropout_prob", 0...0.99, otherwise: 0.1),
            attentionDropout: try number("attention_probs_dropout_prob", 0...0.99, otherwise: 0.1),
            initializerRange: try number("initializer_range", 0...10, otherwise: 0.02),
            padID: try size("pad_token_id", 0...10_000_000, otherwise: 0))
        guard configuration.hiddenSize % configuration.headCount == 0 else {
            throw malformed(
                "\"hidden_size\" \(configuration.hiddenSize) is no multiple of \"num_attention_heads\" "
                    + "\(configuration.headCount)")
        }
        return configuration
    }

    private func refuseWhatIsNotBert() throws {
        guard let type = root["model_type"]?.string else { throw malformed("\"model_type\" is missing") }
        guard type == "bert" else {
            throw unsupported("\"model_type\" is \"\(type)\"; only \"bert\" is supported")
        }
        let positions = root["position_embedding_type"]?.string ?? "absolute"
        guard positions == "absolute" else {
            throw unsupported(
                "\"position_embedding_type\" is \"\(positions)\"; only \"absolute\" is supported")
        }
        for key in ["is_decoder", "add_cross_attention"] where root[key]?.bool == true {
            throw unsupported("\"\(key)\" is true; only encoders are supported")
        }
    }

    private func activation() throws -> Activation {
        switch root["hidden_act"]?.string ?? "gelu" {
        case "gelu": return .gelu
        case "relu": return .relu
        case let name: throw unsupported("\"hidden_act\" is \"\(name)\"; \"gelu\" and \"relu\" are supported")
        }
    }

    private func size(_ key: String, _ range: ClosedRange<Int>, otherwise: Int? = nil) throws -> Int {
        guard let value = root[key], !value.isNull else {
            guard let otherwise else { throw malformed("\"\(key)\" is missing") }
            return otherwise
        }
        guard let size = value.integer, range.contains(size) else {
            throw malformed("\"\(key)\" is no whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return size
    }

    private func number(_ key: String, _ range: ClosedRange<Double>, otherwise: Float) throws -> Float {
        guard let value = root[key], !value.isNull else { return otherwise }
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .number(let double): number = double
        default: throw malformed("\"\(key)\" is no number")
        }
        guard range.contains(number) else {
            throw malformed("\"\(key)\" is \(number), not in \(range.lowerBound) to \(range.upperBound)")
        }
        return Float(number)
    }

    private func malformed(_ message: String) -> PretrainedBackboneError {
        PretrainedBackboneError(.malformedConfiguration, message, file: file)
    }

    private func unsupported(_ message: String) -> PretrainedBackboneError {
        PretrainedBackboneError(.unsupported, message, file: file)
    }
}
