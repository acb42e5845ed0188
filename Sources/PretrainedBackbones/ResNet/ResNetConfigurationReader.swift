import Foundation
import StrictJSON

/// Reads `config.json` of a residual network: `architecture`, `num_classes`, and the input's size and
/// normalisation, which timm keeps under `pretrained_cfg`.
struct ResNetConfigurationReader {
    private let root: JSONValue
    private let file: String

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

    func configuration() throws -> ResNetConfiguration {
        guard let architecture = root["architecture"]?.string else {
            throw malformed("\"architecture\" is missing")
        }
        // timm adds how a network was trained: "resnet50.a1_in1k".
        let name = String(architecture.prefix { $0 != "." })
        guard
            let configuration = ResNetConfiguration.named(
                name, classCount: try classCount(), input: try input())
        else {
            throw PretrainedBackboneError(
                .unsupported,
                "\"architecture\" is \"\(architecture)\"; supported are "
                    + ResNetConfiguration.knownNames.joined(separator: ", "), file: file)
        }
        return configuration
    }

    private func classCount() throws -> Int {
        guard let count = value("num_classes")?.integer, (0...1_000_000).contains(count) else {
            throw malformed("\"num_classes\" is no whole number of 0 to 1000000")
        }
        return count
    }

    private func input() throws -> ImageInput {
        guard let size = value("input_size")?.array?.map(\.integer), size.count == 3, size[0] == 3,
            let height = size[1], let width = size[2], (1...4096).contains(height), (1...4096).contains(width)
        else { throw malformed("\"input_size\" is not [3, height, width], each of 1 to 4096") }
        let deviation = try colours("std")
        guard deviation.allSatisfy({ $0 > 0 }) else {
            throw malformed("\"std\" has a number that is not above 0")
        }
        return ImageInput(
            height: height, width: width, mean: try colours("mean"), standardDeviation: deviation)
    }

    private func colours(_ key: String) throws -> [Float] {
        let numbers = (value(key)?.array ?? []).compactMap { value -> Float? in
            switch value {
            case .integer(let integer): Float(integer)
            case .number(let double): Float(double)
            default: nil
            }
        }
        guard numbers.count == 3, numbers.allSatisfy({ abs($0) <= 1000 }) else {
            throw malformed("\"\(key)\" is no list of three numbers")
        }
        return numbers
    }

    private func value(_ key: String) -> JSONValue? { root[key] ?? root["pretrained_cfg"]?[key] }

    private func malformed(_ message: String) -> PretrainedBackboneError {
        PretrainedBackboneError(.malformedConfiguration, message, file: file)
    }
}
