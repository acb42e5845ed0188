import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import PretrainedBackbones
import StrictJSON
import TensorKernels
import Testing
import TestingSupport

/// The classifier that make_tiny_bert.py made, and what transformers computes with it.
struct TinyBert {
    static let folder = Resources.url("tiny-bert")
    let reference: SafetensorsFile
    let batch: TokenBatch
    let labels: [Int]

    init() throws {
        reference = try SafetensorsFile(
            path: Self.folder.appendingPathComponent("reference.safetensors").path)
        let inputs = try JSONValue(
            parsing: Data(contentsOf: Self.folder.appendingPathComponent("inputs.json")))
        let sequences = try #require(inputs["sequences"]?.array)
        batch = TokenBatch(sequences.map { ($0.array ?? []).compactMap { $0.integer.map(Int32.init) } })
        labels = try #require(inputs["labels"]?.array).compactMap(\.integer)
    }

    /// A copy of the folder's model in which one file was changed.
    static func withCopy(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for name in ["config.json", "model.safetensors", "vocab.txt"] {
                try FileManager.default.copyItem(
                    at: Self.folder.appendingPathComponent(name), to: folder.appendingPathComponent(name))
            }
            try body(folder)
        }
    }
}

func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    guard a.count == b.count else { return .infinity }
    // A NaN must not pass for no difference.
    return zip(a.scalars, b.scalars).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference <= largest ? largest : difference
    }
}
