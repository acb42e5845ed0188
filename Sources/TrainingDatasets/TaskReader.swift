import Foundation
import TrainingJobs

/// How one task's rows are read: where its files lie, and what holds for all of its splits.
struct TaskReader {
    let task: TaskSpecification
    /// Tables: the columns of numbers, in their order; empty otherwise.
    let columns: [String]
    private let classNames: ClassNames?
    private let files: [String: URL]

    /// - Parameter files: The task's data files by logical path: see `JobFiles.dataFiles`.
    /// - Throws: `DatasetError` where the file of class names, or a table's header, cannot be read.
    init(_ task: TaskSpecification, files: [String: URL]) throws {
        self.task = task
        self.files = files
        classNames = try task.classNames.map { names in
            let path = JobFiles.classNamesPath(task: task.name)
            return try ClassNames(url: Self.place(path, names, files), name: names)
        }
        if task.kind == .tableClassification {
            let path = JobFiles.dataPaths(task: task.name, split: .train, file: task.train)[0]
            columns =
                try task.columns
                ?? NumberRows.defaultColumns(of: task, at: Self.place(path, task.train.path, files))
        } else {
            columns = []
        }
    }

    /// The rows of one split, from its start.
    ///
    /// - Throws: `DatasetError` where a file cannot be read.
    func rows(_ split: DataSplit, _ file: DataFileSpecification) throws -> LabelledRows {
        LabelledRows(try source(split, file), name: file.path, classes: task.classes)
    }

    private func source(_ split: DataSplit, _ file: DataFileSpecification) throws -> any LabelledRowSource {
        let isLabelled = split.isLabelled
        let names = JobFiles.dataSources(split: split, file: file)
        let places = try zip(JobFiles.dataPaths(task: task.name, split: split, file: file), names).map {
            (url: try Self.place($0, $1, files), name: $1)
        }
        switch (file.format, task.kind) {
        case (.csv, .tableClassification), (.tsv, .tableClassification), (.jsonl, .tableClassification):
            return try NumberRows(
                file, of: task, columns: columns, isLabelled: isLabelled, at: places[0].url)
        case (.csv, _), (.tsv, _), (.jsonl, _):
            return try TextRows(file, of: task, isLabelled: isLabelled, at: places[0].url)
        case (.idx, _):
            return try IDXRows(
                images: places[0], labels: isLabelled ? places[1] : nil, classNames: classNames)
        case (.folder, _) where places.first?.url.isFolder == true:
            return try ImageFolderRows(
                url: places[0].url, name: file.path, isLabelled: isLabelled, classNames: classNames)
        case (.webdataset, _), (.folder, _):
            return WebDatasetRows(shards: places, isLabelled: isLabelled, classNames: classNames)
        }
    }

    private static func place(_ path: String, _ source: String, _ files: [String: URL]) throws -> URL {
        guard let url = files[path] else {
            throw DatasetError(
                code: .unreadableFile,
                reason: "The file did not come with the job (as \(path)): submit it again.", file: source)
        }
        return url
    }
}

extension URL {
    fileprivate var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
