import Foundation
import StrictJSON
import TensorKernels

/// A model folder's `config.json`, read key by key with bounds: sizes go into allocations.
struct ConfigurationFile {
    let root: JSONValue
    /// Named in errors.
    let file: String

    init(root: JSONValue, file: String) {
        self.root = root
        self.file = file
    }

    init(_ file: URL) throws {
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

    func modelType() throws -> String {
        guard let type = root["model_type"]?.string else { throw malformed("\"model_type\" is missing") }
        return type
    }

    func requireModelType(_ expected: String) throws {
        let type = try modelType()
        guard type == expected else {
            throw unsupported("\"model_type\" is \"\(type)\"; this is for \"\(expected)\"")
        }
    }

    /// Refuses what the architecture as published does not have.
    /// - Parameter flags: keys and the only value that is supported, also where a key is missing.
    func require(_ flags: [(key: String, value: Bool)]) throws {
        for (key, value) in flags where (root[key]?.bool ?? value) != value {
            throw unsupported("\"\(key)\" is \(!value); only \(value) is supported")
        }
        let positions = root["position_embedding_type"]?.string ?? "absolute"
        guard positions == "absolute" else {
            throw unsupported(
                "\"position_embedding_type\" is \"\(positions)\"; only \"absolute\" is supported")
        }
    }

    func activation(_ key: String, otherwise: String) throws -> Activation {
        switch root[key]?.string ?? otherwise {
        case "gelu": return .gelu
        case "gelu_new", "gelu_pytorch_tanh": return .geluTanh
        case "relu": return .relu
        case "tanh": return .tanh
        case let name:
            throw unsupported(
                "\"\(key)\" is \"\(name)\"; \"gelu\", \"gelu_new\", \"relu\" and \"tanh\" are supported")
        }
    }

    func size(_ key: String, _ range: ClosedRange<Int>, otherwise: Int? = nil) throws -> Int {
        guard let value = root[key], !value.isNull else {
            guard let otherwise else { throw malformed("\"\(key)\" is missing") }
            return otherwise
        }
        guard let size = value.integer, range.contains(size) else {
            throw malformed("\"\(key)\" is no whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return size
    }

    func number(_ key: String, _ range: ClosedRange<Double>, otherwise: Float) throws -> Float {
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

    /// A list of finite numbers.
    func floats(_ key: String, count: Int) throws -> [Float] {
        let numbers = Self.floats(root[key])
        guard numbers.count == count, root[key]?.array?.count == count, numbers.allSatisfy(\.isFinite) else {
            throw malformed("\"\(key)\" is no list of \(count) numbers")
        }
        return numbers
    }

    /// The numbers of a list, without its other elements.
    static func floats(_ value: JSONValue?) -> [Float] {
        (value?.array ?? []).compactMap { value in
            switch value {
            case .integer(let integer): Float(integer)
            case .number(let double): Float(double)
            default: nil
            }
        }
    }

    func requireHeads(_ heads: (key: String, count: Int), divide hidden: (key: String, size: Int)) throws {
        guard hidden.size % heads.count == 0 else {
            throw malformed(
                "\"\(hidden.key)\" \(hidden.size) is no multiple of \"\(heads.key)\" \(heads.count)")
        }
    }

    func malformed(_ message: String) -> PretrainedBackboneError {
        PretrainedBackboneError(.malformedConfiguration, message, file: file)
    }

    func unsupported(_ message: String) -> PretrainedBackboneError {
        PretrainedBackboneError(.unsupported, message, file: file)
    }
}
