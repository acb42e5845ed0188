import Foundation

/// A file that a job needs, by its logical path, as it travels to the coordinator.
public struct JobFile: Sendable, Equatable {
    /// `backbone/config.json`, `tasks/topic/train.csv`: '/' separators, never absolute, no `..`.
    public var path: String
    /// Where it lies on the submitting machine.
    public var url: URL

    public init(path: String, url: URL) {
        self.path = path
        self.url = url
    }
}

/// Which files belong to a job, and their logical paths.
public enum JobFiles {
    /// Files of a backbone folder that hold its tokenizer, in one form or another. They travel with a job, and
    /// with the model that comes of it, where they exist.
    public static let tokenizerFileNames = [
        "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json", "merges.txt", "spiece.model",
    ]

    /// Files of a backbone folder that travel where they exist; weights and their shards come on top.
    static let backboneFileNames = ["config.json", "preprocessor_config.json"] + tokenizerFileNames

    static let weightsFileName = "model.safetensors"
    static let weightsIndexFileName = "model.safetensors.index.json"

    /// All files of the job, sorted by logical path. Those of the backbone that exist are listed; weights may
    /// be one file, or an index with the shards that it names.
    ///
    /// - Parameter folder: The job file's folder, from which relative paths start.
    /// - Throws: `JobError` (`unreadableFile`) where the backbone's folder lacks config.json or has an index
    ///   that cannot be read. Data files are listed without a look at them.
    public static func list(_ specification: JobSpecification, relativeTo folder: URL) throws -> [JobFile] {
        var files = try backboneFiles(specification, relativeTo: folder)
        for task in specification.tasks {
            files += dataFiles(of: task).map {
                JobFile(path: $0.path, url: resolve($0.source, relativeTo: folder))
            }
        }
        return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The files of a task that travel: their logical paths, and their places as the job file has them.
    public static func dataFiles(of task: TaskSpecification) -> [(path: String, source: String)] {
        var files: [(path: String, source: String)] = []
        for (split, file) in task.files {
            let paths = dataPaths(task: task.name, split: split, file: file)
            files += zip(paths, dataSources(split: split, file: file)).map { ($0, $1) }
        }
        if let names = task.classNames { files.append((classNamesPath(task: task.name), names)) }
        return files
    }

    /// Logical paths of one split's files: `tasks/<task>/<split>.csv`, `…/<split>-000000.tar` and so on for
    /// WebDataset and for folders, which travel packed, and `…/<split>-images.idx` before
    /// `…/<split>-labels.idx`. Where labels are not read, a file of labels does not travel.
    public static func dataPaths(
        task: String, split: DataSplit, file: DataFileSpecification
    ) -> [String] {
        let stem = "tasks/\(task)/\(split.rawValue)"
        switch file.format {
        case .csv, .tsv, .jsonl: return ["\(stem).\(file.format.rawValue)"]
        case .idx:
            return split.isLabelled ? ["\(stem)-images.idx", "\(stem)-labels.idx"] : ["\(stem)-images.idx"]
        case .webdataset, .folder:
            return file.paths.indices.map { index in
                let digits = String(index)
                return "\(stem)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).tar"
            }
        }
    }

    /// What the job file calls the files of `dataPaths`, in their order.
    public static func dataSources(split: DataSplit, file: DataFileSpecification) -> [String] {
        file.paths + (file.format == .idx && split.isLabelled ? [file.labels ?? ""] : [])
    }

    /// The split whose data travel under a logical path of `dataPaths`; `nil` for any other path.
    public static func split(ofDataPath path: String) -> DataSplit? {
        let parts = path.split(separator: "/")
        guard parts.count == 3, parts[0] == "tasks" else { return nil }
        return DataSplit(rawValue: String(parts[2].prefix { $0 != "-" && $0 != "." }))
    }

    /// `tasks/<task>/class_names.txt`
    public static func classNamesPath(task: String) -> String { "tasks/\(task)/class_names.txt" }

    /// A path of the job file as a place on this machine: absolute, `~`, or relative to the job file's
    /// folder.
    public static func resolve(_ path: String, relativeTo folder: URL) -> URL {
        let isHome = path == "~" || path.hasPrefix("~/")
        let expanded = isHome ? HomeDirectory.of().path + path.dropFirst() : path
        if expanded.hasPrefix("/") { return URL(fileURLWithPath: expanded).standardizedFileURL }
        return folder.appendingPathComponent(expanded).standardizedFileURL
    }

    /// The files that hold a model folder's weights: `model.safetensors`, or an index and the shards that it
    /// names; none where the folder has no weights. Throws `JobError` (`unreadableFile`) for an index that is
    /// not one.
    public static func weightsFileNames(in folder: URL) throws -> [String] {
        func exists(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
        }
        if exists(weightsFileName) { return [weightsFileName] }
        guard exists(weightsIndexFileName) else { return [] }
        return try [weightsIndexFileName]
            + WeightsIndex.shardNames(at: folder.appendingPathComponent(weightsIndexFileName))
    }

    private static func backboneFiles(
        _ specification: JobSpecification, relativeTo folder: URL
    ) throws -> [JobFile] {
        let backbone = resolve(specification.backbone.folder, relativeTo: folder)
        func exists(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: backbone.appendingPathComponent(name).path)
        }
        guard exists("config.json") else {
            throw JobError(
                code: .unreadableFile,
                message: "\(backbone.path) has no config.json. backbone.folder must name a model folder "
                    + "(config.json, model.safetensors and the tokenizer's files).")
        }
        let names = try backboneFileNames.filter(exists) + weightsFileNames(in: backbone)
        return names.map { JobFile(path: "backbone/\($0)", url: backbone.appendingPathComponent($0)) }
    }
}
