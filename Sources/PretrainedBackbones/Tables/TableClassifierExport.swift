import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// Writes a trained classifier of table rows: weights under the names of a plain PyTorch module, and all that
/// `TableClassifier` or anybody needs to compute with them in `config.json`.
public enum TableClassifierExport {
    /// - Parameters:
    ///   - backbone: with the weights to write.
    ///   - head: from features to classes.
    ///   - labels: by class index, no two alike.
    ///   - backboneFolder: where the backbone was loaded from or described: its `config.json` is carried on.
    ///   - folder: exists; files of the same names are replaced.
    /// - Returns: names of the files written.
    /// - Throws: `PretrainedBackboneError` where head, labels and backbone do not fit; errors of reading and
    ///   writing.
    public static func write(
        backbone: any TableBackbone, head: Linear, labels: [String], backboneFolder: URL, to folder: URL
    ) throws -> [String] {
        try ExportedClassifier.requireFit(
            head: head, featureCount: backbone.featureCount, labels: labels, folder: folder)
        let (source, described) = try TableBackboneCatalog.blank(
            folder: backboneFolder, columns: backbone.columns)
        guard described.parameters.map(\.shape) == backbone.parameters.map(\.shape) else {
            throw source.unsupported("it describes another network than the one to be written")
        }
        let configuration = ExportedClassifier.configuration(
            source,
            changes: TimmLabels.members(labels) + TableColumn.members(backbone.columns))
        return try ModelFolder.write(
            configuration: configuration,
            tensors: backbone.namedTensors() + ExportedClassifier.tensors(of: head, named: backbone.headName),
            to: folder)
    }
}
