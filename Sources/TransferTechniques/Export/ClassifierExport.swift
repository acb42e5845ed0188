import Foundation
import PretrainedBackbones
import StrictJSON
import TaskHeads
import TensorKernels

/// Writes a trained classifier as a folder of transformers' architecture for its backbone, `BertForSequenceClassification`
/// for instance, which `SequenceClassifier` and Hugging Face's transformers load without any code of Graft's.
///
/// What those architectures compute from a text's last hidden states is fixed. Heads that are built otherwise
/// are expressed in them by one more layer and by weights of fixed value: see `EncoderHeadExport` and
/// `GPT2HeadExport`.
public enum ClassifierExport {
    /// - Parameters:
    ///   - backbone: with the weights to write; its hidden size is the head's.
    ///   - labels: by class index, no two alike.
    ///   - maximumLength: tokens that a text was cut to in training; kept for predictions.
    ///   - backboneFolder: where the backbone was loaded from: its configuration is carried on, and the
    ///     tokenizer's files are copied.
    ///   - folder: exists; files of the same names are replaced.
    /// - Returns: names of the files written.
    /// - Throws: `TechniqueError` where head, labels and backbone do not fit; errors of reading and writing.
    public static func write(
        backbone: any ClassifiableEncoder, head: ClassificationHead, labels: [String], maximumLength: Int,
        backboneFolder: URL, to folder: URL
    ) throws -> [String] {
        guard head.hiddenSize == backbone.hiddenSize else {
            throw TechniqueError(
                .unsupported,
                "the head is for \(head.hiddenSize) columns, the backbone has \(backbone.hiddenSize)")
        }
        guard labels.count == head.labelCount, Set(labels.map { Array($0.utf8) }).count == labels.count else {
            throw TechniqueError(
                .unsupported, "\(labels.count) labels for \(head.labelCount) classes, or two labels alike")
        }
        let form = type(of: backbone).classificationForm
        let exported = try ClassifierExpression(backbone, head)
        let padding = try form.readsLastToken ? PaddingToken(tokenizerFolder: backboneFolder) : nil
        let configuration = try ExportedConfiguration(
            source: backboneFolder.appendingPathComponent("config.json"), form: form,
            layerCount: exported.layerCount, labels: labels, maximumLength: maximumLength, head: head,
            paddingID: padding?.id)
        let model = try ModelFolder.write(
            configuration: configuration.root, tensors: exported.tensors, to: folder)
        let tokenizer = try TokenizerFiles.copy(from: backboneFolder, to: folder)
        let changed = try padding?.write(to: folder) ?? []
        return model + tokenizer + changed.filter { !tokenizer.contains($0) }
    }
}
