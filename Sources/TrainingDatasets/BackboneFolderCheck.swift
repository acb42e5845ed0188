import Foundation
import TrainingJobs

/// What can be said of a backbone folder without loading it. Whether there is code for its architecture is for the
/// module with that code to say.
struct BackboneFolderCheck {
    let specification: JobSpecification
    let folder: URL
    private(set) var problems: [JobProblem] = []
    /// Tables: the columns that the backbone was trained on, where it was.
    private(set) var columns: [String]?

    private var needed: BackboneFamily {
        BackboneFamily(for: specification.tasks.first?.kind ?? .textClassification)
    }

    init(_ specification: JobSpecification, relativeTo jobFolder: URL) {
        self.specification = specification
        folder = JobFiles.resolve(specification.backbone.folder, relativeTo: jobFolder)
        run()
    }

    private mutating func run() {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else {
            report("backbone.folder", "There is no folder \(folder.path).")
            return
        }
        checkConfiguration()
        checkWeights()
        if needed == .text, !exists("tokenizer.json"), !exists("vocab.txt"), !exists("vocab.json") {
            report(
                "backbone.folder",
                "\(folder.path) has no tokenizer: tokenizer.json, vocab.txt or vocab.json is needed.")
        }
    }

    private mutating func checkConfiguration() {
        let url = folder.appendingPathComponent("config.json")
        guard let data = try? Data(contentsOf: url) else {
            report("backbone.folder", "\(folder.path) has no config.json that can be read.")
            return
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            report("backbone.folder", "\(url.path) is not a JSON object.")
            return
        }
        guard isOfNeededFamily(object, url) else { return }
        switch needed {
        case .text: checkTextModel(object)
        case .table: columns = object["columns"] as? [String]
        case .image: break
        }
    }

    /// Reports a backbone whose input is not that of the task.
    private mutating func isOfNeededFamily(_ object: [String: Any], _ url: URL) -> Bool {
        guard let family = BackboneFamily(configuration: object), family != needed else { return true }
        let kind = needed.taskKind.rawValue
        report(
            "backbone.folder",
            "\(url.path) is of \(family.description), and a task of \(kind) takes \(needed.description): name "
                + "another folder, or set the task's kind to \(family.taskKind.rawValue).")
        return false
    }

    private mutating func checkTextModel(_ object: [String: Any]) {
        func size(_ keys: String...) -> Int? { keys.lazy.compactMap { object[$0] as? Int }.first }
        if let type = object["model_type"] as? String,
            let mismatch = specification.technique.headMismatch(modelType: type)
        {
            problems.append(mismatch)
        }
        if let layers = size("num_hidden_layers", "n_layers", "n_layer"),
            case .first(let frozen) = specification.technique.frozenLayers, frozen > layers
        {
            report(
                "technique.frozen_layers",
                "Found \(frozen); the backbone has \(layers) layers, of which 0 to "
                    + "\(layers) can be frozen.")
        }
        if let positions = size("max_position_embeddings", "n_positions"),
            specification.backbone.maximumLength > positions
        {
            report(
                "backbone.maximum_length",
                "Found \(specification.backbone.maximumLength); the backbone has positions for "
                    + "\(positions) tokens."
            )
        }
    }

    private mutating func checkWeights() {
        do {
            let names = try JobFiles.weightsFileNames(in: folder)
            for name in names where name.hasSuffix(".safetensors") { checkHeader(name) }
            if !names.isEmpty { return }
        } catch {
            report("backbone.folder", "\(error)")
            return
        }
        // From random weights only the shape is taken.
        guard !specification.technique.kind.startsFromRandomWeights else { return }
        let hint =
            exists("pytorch_model.bin") ? " pytorch_model.bin must be converted to safetensors first." : ""
        report("backbone.folder", "\(folder.path) has no model.safetensors.\(hint)")
    }

    /// The first eight bytes say how long the header is; a download that broke off is often shorter.
    private mutating func checkHeader(_ name: String) {
        let url = folder.appendingPathComponent(name)
        guard let handle = try? FileHandle(forReadingFrom: url), let size = try? handle.seekToEnd(),
            (try? handle.seek(toOffset: 0)) != nil, let start = try? handle.read(upToCount: 8)
        else {
            report("backbone.folder", "\(url.path) cannot be read.")
            return
        }
        let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard start.count == 8, size >= 8, length <= size - 8, length >= 2 else {
            report("backbone.folder", "\(url.path) is not a whole safetensors file; fetch it again.")
            return
        }
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }

    private mutating func report(_ keyPath: String, _ message: String) {
        problems.append(JobProblem(keyPath: keyPath, message: message))
    }
}
