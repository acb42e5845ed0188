import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels

/// Writes a trained image classifier in the layout that its backbone came in: torchvision's, timm's or
/// transformers' names, running statistics included, so that those libraries load it as their own, and
/// `ImageClassifier` does.
public enum ImageClassifierExport {
    /// - Parameters:
    ///   - backbone: with the weights to write.
    ///   - head: from pooled features to classes.
    ///   - labels: by class index, no two alike.
    ///   - backboneFolder: where the backbone was loaded from or described: its `config.json` is carried on.
    ///   - folder: exists; files of the same names are replaced.
    /// - Returns: names of the files written.
    /// - Throws: `PretrainedBackboneError` where head, labels and backbone do not fit; errors of reading and
    ///   writing.
    public static func write(
        backbone: any ImageBackbone, head: Linear, labels: [String], backboneFolder: URL, to folder: URL
    ) throws -> [String] {
        try ExportedClassifier.requireFit(
            head: head, featureCount: backbone.featureCount, labels: labels, folder: folder)
        let blank = try ImageBackboneCatalog.blank(folder: backboneFolder)
        guard blank.backbone.parameters.map(\.name) == backbone.parameters.map(\.name) else {
            throw blank.source.unsupported("it describes another network than the one to be written")
        }
        let configuration = ExportedClassifier.configuration(
            blank.source, changes: ImageClassifierLabels.members(labels, blank.layout))
        let tensors =
            backbone.namedTensors().map { (name: blank.layout.prefix + $0.name, tensor: $0.tensor) }
            + ExportedClassifier.tensors(of: head, named: backbone.headName)
        return try ModelFolder.write(configuration: configuration, tensors: tensors, to: folder)
            + copyPreprocessor(from: backboneFolder, to: folder)
    }

    /// How images become tensors, where transformers looks for it.
    static let preprocessorFile = "preprocessor_config.json"

    private static func copyPreprocessor(from source: URL, to folder: URL) throws -> [String] {
        let file = source.appendingPathComponent(preprocessorFile)
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        try Data(contentsOf: file).write(
            to: folder.appendingPathComponent(preprocessorFile), options: .atomic)
        return [preprocessorFile]
    }
}
