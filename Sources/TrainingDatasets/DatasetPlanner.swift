import Foundation
import TrainingJobs

/// Turns a job's data files into labels, lanes and shards.
///
/// Each file is read twice: for its labels and the draw of its limit, then for the samples. A split without
/// samples in a lane has no shard there.
public enum DatasetPlanner {
    /// Samples in a shard at the most.
    public static let samplesPerShard = 4096

    /// The whole plan in memory; for large data prefer the form with `emit`.
    ///
    /// - Parameter files: The job's data files by logical path: see `JobFiles.dataPath`.
    public static func plan(
        _ specification: JobSpecification, files: [String: URL]
    ) throws -> (plan: DatasetPlan, shards: [PlannedShard]) {
        var shards: [PlannedShard] = []
        let plan = try plan(specification, files: files) { shards.append($0) }
        return (plan, shards)
    }

    /// Plans the job, handing over each shard as it fills, with at most one unfinished shard a lane in
    /// memory.
    ///
    /// - Throws: `DatasetError` with file and row; whatever `emit` throws.
    public static func plan(
        _ specification: JobSpecification, files: [String: URL], emit: (PlannedShard) throws -> Void
    ) throws -> DatasetPlan {
        var tasks: [DatasetPlan.Task] = []
        var content = ContentHash()
        for (index, task) in specification.tasks.enumerated() {
            let planner = TaskPlanner(
                task: task, index: index, seed: specification.seed,
                laneCount: max(1, specification.training.microBatches), files: files)
            tasks.append(try planner.plan(content: &content, emit: emit))
        }
        return DatasetPlan(
            tasks: tasks, laneCount: max(1, specification.training.microBatches),
            contentHash: content.hexadecimal())
    }
}

/// Plans one task.
private struct TaskPlanner {
    let task: TaskSpecification
    let index: Int
    let seed: UInt64
    let laneCount: Int
    let files: [String: URL]

    func plan(content: inout ContentHash, emit: (PlannedShard) throws -> Void) throws -> DatasetPlan.Task {
        let training = try survey(.train, task.train, knownLabels: nil)
        try training.requireClasses(for: task)
        try training.requireLearnable(for: task)
        let labels = training.labels
        let known = Set(labels.map(LabelName.init))
        content.add(task: task.name, labels: labels)
        var counts: [DataSplit: Int] = [:]

        var train = writer(.train, labels)
        var validation = writer(.validation, labels)
        try deal(.train, task.train, training.drawnRows, labels) { text, label in
            if TextHash.isValidation(text, fraction: task.validationFraction) {
                try validation.add(text: text, label: label, emit: emit)
            } else {
                try train.add(text: text, label: label, emit: emit)
            }
        }
        if let file = task.validation {
            let survey = try survey(.validation, file, knownLabels: known)
            try deal(.validation, file, survey.drawnRows, labels) { text, label in
                try validation.add(text: text, label: label, emit: emit)
            }
        }
        var test = writer(.test, labels)
        if let file = task.test {
            let survey = try survey(.test, file, knownLabels: known)
            try deal(.test, file, survey.drawnRows, labels) { text, label in
                try test.add(text: text, label: label, emit: emit)
            }
        }
        let trainLabelCounts = train.classCounts
        for var writer in [train, validation, test] {
            counts[writer.split] = writer.count
            content.add(split: writer.split.rawValue, digest: try writer.finish(emit: emit))
        }
        return DatasetPlan.Task(
            name: task.name, labels: labels, trainCount: counts[.train] ?? 0,
            validationCount: counts[.validation] ?? 0, testCount: counts[.test] ?? 0,
            trainLabelCounts: trainLabelCounts)
    }

    private func url(_ split: DataSplit, _ file: DataFileSpecification) throws -> URL {
        let path = JobFiles.dataPath(task: task.name, split: split, format: file.format)
        guard let url = files[path] else {
            throw DatasetError(
                code: .unreadableFile,
                reason: "The file did not come with the job (as \(path)): submit it again.",
                file: file.path)
        }
        return url
    }

    private func survey(
        _ split: DataSplit, _ file: DataFileSpecification, knownLabels: Set<LabelName>?
    ) throws -> SplitSurvey {
        try SplitSurvey(file, of: task, at: url(split, file), seed: seed, knownLabels: knownLabels)
    }

    private func writer(_ split: DataSplit, _ labels: [String]) -> LaneWriter {
        LaneWriter(
            task: index, split: split, laneCount: laneCount, classCount: labels.count,
            samplesPerShard: DatasetPlanner.samplesPerShard)
    }

    /// Hands over the drawn samples of a file, in its order.
    private func deal(
        _ split: DataSplit, _ file: DataFileSpecification, _ drawnRows: [Int]?, _ labels: [String],
        to receive: (_ text: String, _ label: Int) throws -> Void
    ) throws {
        let classes = Dictionary(
            uniqueKeysWithValues: labels.enumerated().map { (LabelName($0.element), $0.offset) })
        var rows = try LabelledRows(file, of: task, at: url(split, file))
        var drawn = drawnRows?[...]
        while let row = try rows.next() {
            if drawn != nil {
                guard let wanted = drawn?.first else { break }
                guard wanted == row.position.row else { continue }
                drawn?.removeFirst()
            }
            guard let label = classes[LabelName(row.label)] else {
                throw DatasetError(
                    code: .unreadableFile,
                    reason: "The file changed while it was read; submit the job again.",
                    file: file.path, row: row.position.row)
            }
            try receive(row.text, label)
        }
    }
}
