import DifferentiableTensors
import Foundation
import NeuralLayers
import PretrainedBackbones
import TensorKernels

/// A backbone whose samples all have one shape, and what is particular to its kind of sample.
enum ArrayModel {
    case image(any ImageBackbone)
    case table(any TableBackbone)

    var backbone: any FeatureBackbone {
        switch self {
        case .image(let backbone): backbone
        case .table(let backbone): backbone
        }
    }

    /// What the frozen part is given at once: some 16 images of 224 by 224 pixels, or 784 of 32 by 32.
    var batchPositions: Int {
        switch self {
        case .image: 16 * 224 * 224
        case .table: 4096
        }
    }

    /// What the first part takes, [samples] + shape.
    /// - Throws: `TechniqueError` where a sample is something else.
    func tensor(_ samples: [SampleInput]) throws -> Tensor {
        switch self {
        case .image(let backbone):
            return try backbone.input.tensor(
                samples.images(), height: backbone.input.height, width: backbone.input.width)
        case .table(let backbone):
            let rows = try samples.numbers()
            guard rows.allSatisfy({ $0.count == backbone.columns.count }) else {
                throw TechniqueError(
                    .badMicroBatch, "a row has not the \(backbone.columns.count) columns that the model takes"
                )
            }
            return Tensor(rows.flatMap { $0 }, shape: [rows.count, backbone.columns.count])
        }
    }

    /// Writes backbone and head as a model folder; returns the names of its files.
    func export(head: Linear, labels: [String], backboneFolder: URL, to folder: URL) throws -> [String] {
        switch self {
        case .image(let backbone):
            try ImageClassifierExport.write(
                backbone: backbone, head: head, labels: labels, backboneFolder: backboneFolder, to: folder)
        case .table(let backbone):
            try TableClassifierExport.write(
                backbone: backbone, head: head, labels: labels, backboneFolder: backboneFolder, to: folder)
        }
    }
}
