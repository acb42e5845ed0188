import CheckpointFormats
import Foundation
import NeuralLayers
import PretrainedBackbones
import StrictJSON
import TaskHeads
import TensorKernels

/// Writes low-rank adapters as a folder of PEFT's, Hugging Face's library for them: `adapter/` beside the merged model.
///
/// PEFT puts it on the backbone loaded as transformers' classifier with the merged model's `config.json`, which
/// counts the layer that a head may need (see `ClassifierExport`). That layer and the head are new, so the adapter
/// brings them whole, as PEFT's `modules_to_save`.
enum AdapterExport {
    static let folderName = "adapter"

    /// - Parameters:
    ///   - backbone: with its adapters; nothing is written where there are none.
    ///   - folder: the model's, which exists.
    /// - Returns: names of the files written, from the model's folder.
    static func write(
        backbone: any ClassifiableEncoder, head: ClassificationHead, to folder: URL
    ) throws -> [String] {
        let adapted = backbone.projections.filter { $0.adapter != nil }
        guard let first = adapted.first?.adapter else { return [] }
        let target = folder.appendingPathComponent(folderName, isDirectory: true)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)

        let prefix = type(of: backbone).classificationForm.prefix
        let added = try backbone.withMergedAdapters { try ClassifierExpression(backbone, head).addedTensors }
        let adapters = adapted.flatMap { $0.adapter?.parameters ?? [] }
        let tensors = adapters.map { (name: prefix + $0.name, tensor: $0.value) } + added
        try SafetensorsWriter.write(
            tensors.map { (name: "base_model.model." + $0.name, tensor: $0.tensor) },
            metadata: ["format": "pt"], to: target.appendingPathComponent("adapter_model.safetensors"))

        let configuration = configuration(
            first, targets: adapted.map { prefix + $0.path },
            modulesToSave: modules(of: added.map(\.name), prefix: prefix),
            isInputMajor: adapted.allSatisfy { $0 is InputMajorLinear })
        try Data(configuration.indentedBytes).write(
            to: target.appendingPathComponent("adapter_config.json"), options: .atomic)
        return ["adapter_config.json", "adapter_model.safetensors"].map { "\(folderName)/\($0)" }
    }

    private static func configuration(
        _ adapter: LowRankAdapter, targets: [String], modulesToSave: [String], isInputMajor: Bool
    ) -> JSONValue {
        let members: [(String, JSONValue)] = [
            ("base_model_name_or_path", .null),
            ("bias", .string("none")),
            ("fan_in_fan_out", .bool(isInputMajor)),
            ("inference_mode", .bool(true)),
            ("lora_alpha", .number(shortest(adapter.alpha))),
            ("lora_dropout", .number(shortest(adapter.dropoutProbability))),
            ("modules_to_save", .array(modulesToSave.map(JSONValue.string))),
            ("peft_type", .string("LORA")),
            ("r", .integer(adapter.rank)),
            ("target_modules", .array(targets.map(JSONValue.string))),
            ("task_type", .string("SEQ_CLS")),
        ]
        return .object(members.map { JSONMember(name: $0.0, value: $0.1) })
    }

    /// 0.1 for the Float nearest to it, where conversion would give 0.10000000149.
    private static func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

    /// The modules that these tensors make up: a whole layer, the head's outermost module, or the tensor's own.
    private static func modules(of tensors: [String], prefix: String) -> [String] {
        var modules: [String] = []
        for name in tensors {
            let parts = name.split(separator: ".").map(String.init)
            let layer = parts.firstIndex { Int($0) != nil }
            let depth = layer.map { $0 + 1 } ?? (name.hasPrefix(prefix) ? parts.count - 1 : 1)
            let module = parts[..<depth].joined(separator: ".")
            if !modules.contains(module) { modules.append(module) }
        }
        return modules
    }
}
