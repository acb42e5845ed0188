import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// A folder of an image network with its classification head, ready to classify images: Graft's own exports
/// and any other in a supported layout.
public final class ImageClassifier {
    /// By class index.
    public let labels: [String]
    /// Size and normalisation of the images it takes.
    public var input: ImageInput { backbone.input }
    private let backbone: any ImageBackbone
    private let head: Linear
    private let features: any FrozenFeatureForward

    /// Images of a batch: bounds memory.
    private static let batchSize = 16

    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL) throws -> ImageClassifier {
        let blank = try ImageBackboneCatalog.blank(folder: folder)
        let labels = try ImageClassifierLabels.read(blank.source, blank.layout)
        let backbone = blank.backbone
        let head = Linear(backbone.headName, inputs: backbone.featureCount, outputs: labels.count)
        try BackboneCheckpoint(folder: folder, naming: blank.layout.classifierNaming).load(
            backbone.parameters + head.parameters, buffers: backbone.buffers)
        return ImageClassifier(labels: labels, backbone: backbone, head: head)
    }

    private init(labels: [String], backbone: any ImageBackbone, head: Linear) {
        self.labels = labels
        self.backbone = backbone
        self.head = head
        features = backbone.frozenForward(belowCut: backbone.cutNames.count)
    }

    /// One prediction for each image, in their order.
    /// - Parameter images: each `input.height` · `input.width` · 3 bytes: rows of pixels of red, green, blue.
    /// - Throws: `PretrainedBackboneError` where an image has another number of bytes.
    public func predict(_ images: [[UInt8]]) throws -> [ClassPrediction] {
        var predictions: [ClassPrediction] = []
        for start in stride(from: 0, to: images.count, by: Self.batchSize) {
            let batch = Array(images[start..<min(images.count, start + Self.batchSize)])
            predictions += predict(try input.tensor(batch, height: input.height, width: input.width))
        }
        return predictions
    }

    /// One prediction for each image.
    /// - Parameter images: [images, height, width, 3], normalised.
    public func predict(_ images: Tensor) -> [ClassPrediction] {
        let logits = head(Variable(features(images)), context: .evaluation).value
        return ClassPrediction.rows(of: logits, labels: labels)
    }
}
