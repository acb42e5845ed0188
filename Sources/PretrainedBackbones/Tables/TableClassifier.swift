import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels

/// A folder of a table network with its classification head, ready to classify rows: what
/// `TableClassifierExport` writes.
public final class TableClassifier {
    /// By class index.
    public let labels: [String]
    /// What a row holds, in order.
    public var columns: [TableColumn] { backbone.columns }
    private let backbone: any TableBackbone
    private let head: Linear
    private let features: any FrozenFeatureForward

    /// - Throws: `PretrainedBackboneError` or `CheckpointError`. Missing and surplus tensors, and shapes that
    ///   disagree with `config.json`, are named.
    public static func load(folder: URL) throws -> TableClassifier {
        let (source, backbone) = try TableBackboneCatalog.blank(folder: folder)
        let labels = try TimmLabels.read(source)
        let head = Linear(backbone.headName, inputs: backbone.featureCount, outputs: labels.count)
        try BackboneCheckpoint(folder: folder, naming: .init(prefix: "")).load(
            backbone.parameters + head.parameters)
        return TableClassifier(labels: labels, backbone: backbone, head: head)
    }

    private init(labels: [String], backbone: any TableBackbone, head: Linear) {
        self.labels = labels
        self.backbone = backbone
        self.head = head
        features = backbone.frozenForward(belowCut: backbone.cutNames.count)
    }

    /// One prediction for each row, in their order.
    /// - Parameter rows: as many numbers each as there are `columns`, as they are in the data.
    /// - Throws: `PretrainedBackboneError` where a row has more or fewer, or one that is not finite.
    public func predict(_ rows: [[Float]]) throws -> [ClassPrediction] {
        for (index, row) in rows.enumerated() {
            guard row.count == columns.count else {
                throw PretrainedBackboneError(
                    .unsupported,
                    "has \(row.count) numbers, where \(columns.count) are wanted: "
                        + columns.map(\.name).joined(separator: ", "), file: "row \(index)")
            }
            if let place = row.firstIndex(where: { !$0.isFinite }) {
                throw PretrainedBackboneError(
                    .unsupported, "column \"\(columns[place].name)\" is \(row[place]), no finite number",
                    file: "row \(index)")
            }
        }
        let samples = Tensor(rows.flatMap { $0 }, shape: [rows.count, columns.count])
        let logits = head(Variable(features(samples)), context: .evaluation).value
        return ClassPrediction.rows(of: logits, labels: labels)
    }
}
