import Foundation
import TrainingJobs

/// Turns a job's data files into labels, lanes and shards.
///
/// Each file is read twice: for its labels and the draw of its limit, then for the samples. A split without
/// samples in a lane has no shard there.
public enum DatasetPlanner {
    /// Samples in a shard at the most.
    public static let samplesPerShard = 4096
    /// Bytes of payloads after which a shard is full, where there are few lanes.
    static let bytesPerShard = 8 << 20
    /// Bytes of unfinished shards over all lanes, more or less.
    private static let bytesInMemory = 256 << 20

    static func bytesPerShard(laneCount: Int) -> Int {
        min(bytesPerShard, bytesInMemory / max(1, laneCount))
    }

    /// The whole plan in memory; for large data prefer the form with `emit`.
    ///
    /// - Parameter files: The job's data files by logical path: see `JobFiles.dataFiles`.
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
                reader: try TaskReader(task, files: files), index: index, seed: specification.seed,
                laneCount: max(1, specification.training.microBatches))
            tasks.append(try planner.plan(content: &content, emit: emit))
        }
        return DatasetPlan(
            tasks: tasks, laneCount: max(1, specification.training.microBatches),
            contentHash: content.hexadecimal())
    }
}

/// Plans one task.
private struct TaskPlanner {
    let reader: TaskReader
    let index: Int
    let seed: UInt64
    let laneCount: Int

    var task: TaskSpecification { reader.task }

    func plan(content: inout ContentHash, emit: (PlannedShard) throws -> Void) throws -> DatasetPlan.Task {
        let training = try survey(.train, task.train, knownLabels: nil)
        try training.requireClasses(for: task)
        try training.requireLearnable(for: task)
        let labels = training.labels
        let known = Set(labels.map(LabelName.init))
        content.add(task, labels: labels, columns: reader.columns)
        var counts: [DataSplit: Int] = [:]

        var train = writer(.train, labels)
        var validation = writer(.validation, labels)
        var moments = ColumnMoments(columns: reader.columns)
        try deal(.train, task.train, training.drawnRows, labels) { payload, label in
            let hash = PayloadHash.of(payload)
            if PayloadHash.isValidation(hash, fraction: task.validationFraction) {
                try validation.add(payload: payload, label: label, emit: emit)
            } else {
                moments.add(payload)
                try train.add(payload: payload, label: label, emit: emit)
            }
        }
        if let file = task.validation {
            let survey = try survey(.validation, file, knownLabels: known)
            try deal(.validation, file, survey.drawnRows, labels) { payload, label in
                try validation.add(payload: payload, label: label, emit: emit)
            }
        }
        var writers = [train, validation, try dealt(.test, task.test, labels, known, emit)]
        // A split that the task does not name has no part in the hash, which is what it was before there was one.
        for case (let split, let file?) in [(DataSplit.target, task.target), (.targetTest, task.targetTest)] {
            writers.append(try dealt(split, file, labels, known, emit))
        }
        for var writer in writers {
            counts[writer.split] = writer.count
            content.add(split: writer.split.rawValue, digest: try writer.finish(emit: emit))
        }
        return DatasetPlan.Task(
            name: task.name, labels: labels, trainCount: counts[.train] ?? 0,
            validationCount: counts[.validation] ?? 0, testCount: counts[.test] ?? 0,
            trainLabelCounts: train.classCounts, columns: moments.statistics, targetCount: counts[.target],
            targetTestCount: counts[.targetTest])
    }

    /// The samples of a file apart from the training data, in their lanes; none where there is no file.
    private func dealt(
        _ split: DataSplit, _ file: DataFileSpecification?, _ labels: [String], _ known: Set<LabelName>,
        _ emit: (PlannedShard) throws -> Void
    ) throws -> LaneWriter {
        var writer = writer(split, labels)
        guard let file else { return writer }
        let survey = try survey(split, file, knownLabels: known)
        try deal(split, file, survey.drawnRows, labels) { payload, label in
            try writer.add(payload: payload, label: label, emit: emit)
        }
        return writer
    }

    private func survey(
        _ split: DataSplit, _ file: DataFileSpecification, knownLabels: Set<LabelName>?
    ) throws -> SplitSurvey {
        try SplitSurvey(split, file, reader, seed: seed, knownLabels: knownLabels)
    }

    private func writer(_ split: DataSplit, _ labels: [String]) -> LaneWriter {
        LaneWriter(
            task: index, split: split, laneCount: laneCount, classCount: labels.count,
            samplesPerShard: DatasetPlanner.samplesPerShard,
            bytesPerShard: DatasetPlanner.bytesPerShard(laneCount: laneCount))
    }

    /// Hands over the drawn samples of a file, in its order. Where labels are not read, all have the placeholder.
    private func deal(
        _ split: DataSplit, _ file: DataFileSpecification, _ drawnRows: [Int]?, _ labels: [String],
        to receive: (_ payload: SamplePayload, _ label: Int) throws -> Void
    ) throws {
        let classes = Dictionary(
            uniqueKeysWithValues: labels.enumerated().map { (LabelName($0.element), $0.offset) })
        var rows = try reader.rows(split, file)
        var drawn = drawnRows?[...]
        while let row = try rows.next() {
            if drawn != nil {
                guard let wanted = drawn?.first else { break }
                guard wanted == row.row else { continue }
                drawn?.removeFirst()
            }
            guard let name = row.label else {
                try receive(row.payload, Sample.unreadLabel)
                continue
            }
            guard let label = classes[LabelName(name)] else {
                throw row.error(
                    .unreadableFile, "The file changed while it was read; submit the job again.")
            }
            try receive(row.payload, label)
        }
    }
}
