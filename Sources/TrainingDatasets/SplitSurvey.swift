import Foundation
import TrainingJobs

/// What one pass over a split's file shows, before anything is made of it.
struct SplitSurvey {
    /// Classes that a task may have: confusion matrices grow with their square.
    static let maximumClasses = 1_000

    var rowCount = 0
    /// Rows of each label; none where labels are not read.
    var labelCounts: [LabelName: Int] = [:]
    /// Rows whose text is empty.
    var emptyTexts = 0
    /// Row numbers that the limit keeps; `nil`: all.
    var drawnRows: [Int]?
    /// What training keeps of the file, after limit and validation fraction.
    private(set) var kept = KeptSamples()

    /// Label names in the order of their classes.
    var labels: [String] {
        labelCounts.keys.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Parameters:
    ///   - knownLabels: Those of the training file; `nil` for that file itself.
    ///   - decodesImages: Whether every image is decoded, so that a damaged one is found.
    /// - Throws: `DatasetError`, `unknownLabel` among them.
    init(
        _ split: DataSplit, _ file: DataFileSpecification, _ reader: TaskReader, seed: UInt64,
        knownLabels: Set<LabelName>? = nil, decodesImages: Bool = false
    ) throws {
        let task = reader.task
        var rows = try reader.rows(split, file)
        var draw = RowDraw.Limit(of: file).map { RowDraw(seed: seed, limit: $0) }
        // Only a training file is divided.
        let validationFraction = split == .train ? task.validationFraction : 0
        var rowsSeen: [(row: Int, label: LabelName, isValidation: Bool)] = []
        while let row = try rows.next() {
            rowCount += 1
            if row.payload == .text("") { emptyTexts += 1 }
            if decodesImages { try ImageCheck.decode(row) }
            let hash = PayloadHash.of(row.payload)
            let isValidation = PayloadHash.isValidation(hash, fraction: validationFraction)
            guard let name = row.label else {
                draw?.offer(row: row.row, hash: hash, label: LabelName(""))
                continue
            }
            let label = LabelName(name)
            labelCounts[label, default: 0] += 1
            if draw == nil {
                kept.add(label, isValidation)
            } else {
                rowsSeen.append((row.row, label, isValidation))
            }
            draw?.offer(row: row.row, hash: hash, label: label)
            if let knownLabels, !knownLabels.contains(label) {
                throw row.error(
                    .unknownLabel,
                    "The label \"\(name.prefix(60))\" does not occur in the training data "
                        + "(\(task.train.path)), so that it cannot be learnt.")
            }
            guard labelCounts.count <= Self.maximumClasses else {
                throw row.error(
                    .tooManyClasses,
                    "There are more than \(Self.maximumClasses) labels."
                        + (task.kind == .imageClassification
                            ? "" : " Is \"\(task.labelColumn)\" the column of the label?"))
            }
        }
        drawnRows = draw?.rows()
        var drawn = (drawnRows ?? [])[...]
        for seen in rowsSeen where seen.row == drawn.first {
            kept.add(seen.label, seen.isValidation)
            drawn.removeFirst()
        }
    }

    /// Throws `DatasetError` where what is kept of the training file has fewer than two labels, or where nothing
    /// of it became validation data that should have.
    func requireLearnable(for task: TaskSpecification) throws {
        guard kept.trainingLabels.count >= 2 else {
            throw DatasetError(
                code: .tooFewClasses,
                reason:
                    "The \(kept.trainingCount) samples kept for training have fewer than two labels between "
                    + "them: raise the limit, or lower validation_fraction.", file: task.train.path)
        }
        guard task.validationFraction == 0 || kept.validationCount > 0 else {
            throw DatasetError(
                code: .emptySplit,
                reason: "None of the \(kept.trainingCount) samples fell into the validation_fraction of "
                    + "\(task.validationFraction): raise it, or give a validation file.",
                file: task.train.path)
        }
    }

    /// Throws `DatasetError` where the training file has too few classes for learning, or for the task's
    /// metric.
    func requireClasses(for task: TaskSpecification) throws {
        if let absent = task.classes?.first(where: { labelCounts[LabelName($0)] == nil }) {
            throw DatasetError(
                code: .unknownLabel,
                reason: "The task's classes name \"\(absent.prefix(60))\", which is the label of no row.",
                file: task.train.path)
        }
        guard labelCounts.count >= 2 else {
            throw DatasetError(
                code: .tooFewClasses,
                reason:
                    "All rows have the label \"\(labels.first?.prefix(60) ?? "")\"; two or more labels are "
                    + "needed.",
                file: task.train.path)
        }
        guard task.metric != .f1 || labelCounts.count == 2 else {
            throw DatasetError(
                code: .unsuitableMetric,
                reason:
                    "The metric f1 is for two labels and there are \(labelCounts.count): choose macro-f1.",
                file: task.train.path)
        }
    }
}

/// Samples that training keeps of its file.
struct KeptSamples {
    private(set) var trainingCount = 0
    private(set) var validationCount = 0
    private(set) var trainingLabels: Set<LabelName> = []

    mutating func add(_ label: LabelName, _ isValidation: Bool) {
        if isValidation {
            validationCount += 1
        } else {
            trainingCount += 1
            trainingLabels.insert(label)
        }
    }
}
