import Foundation
import TrainingJobs

/// Checks a job against the files that it names, without training: what `graft validate` says.
///
/// Data files are read to their end, each once.
public enum JobValidator {
    /// All problems of the job and its files, errors and warnings; without an error the job can run.
    ///
    /// - Parameter folder: The job file's folder.
    public static func validate(_ specification: JobSpecification, relativeTo folder: URL) -> [JobProblem] {
        var problems = JobRules.problems(in: specification) + exchangeWarnings(specification.training)
        let backbone = BackboneFolderCheck(specification, relativeTo: folder)
        problems += backbone.problems
        for (index, task) in specification.tasks.enumerated() {
            var check = TaskFilesCheck(
                task: task, keyPath: "tasks[\(index)]", specification: specification, folder: folder,
                backboneColumns: backbone.columns)
            check.run()
            problems += check.problems
        }
        return problems
    }

    /// As above, with each problem's place in the job file.
    public static func validate(_ document: JobDocument) -> [JobProblem] {
        validate(document.specification, relativeTo: document.folder).map { problem in
            var placed = problem
            placed.location = document.location(of: problem.keyPath)
            return placed
        }
    }

    private static func exchangeWarnings(_ training: TrainingSpecification) -> [JobProblem] {
        guard let exchange = training.exchange, !training.isExact else { return [] }
        let message =
            "With \(exchange.rawValue) the model's bits are not promised: they depend on the number of workers, "
            + "and on losses of them. Remove it for exact sums."
        return [JobProblem(severity: .warning, keyPath: "training.exchange", message: message)]
    }
}

/// Looks at one task's data files.
private struct TaskFilesCheck {
    let task: TaskSpecification
    let keyPath: String
    let specification: JobSpecification
    let folder: URL
    /// Tables: those of the backbone, which the task's must be.
    let backboneColumns: [String]?
    private(set) var problems: [JobProblem] = []

    init(
        task: TaskSpecification, keyPath: String, specification: JobSpecification, folder: URL,
        backboneColumns: [String]?
    ) {
        self.task = task
        self.keyPath = keyPath
        self.specification = specification
        self.folder = folder
        self.backboneColumns = backboneColumns
    }

    mutating func run() {
        let places = JobFiles.dataFiles(of: task).map {
            ($0.path, JobFiles.resolve($0.source, relativeTo: folder))
        }
        let reader: TaskReader
        do {
            reader = try TaskReader(task, files: Dictionary(places) { first, _ in first })
        } catch {
            let isOfNames = task.classNames != nil && (error as? DatasetError)?.file == task.classNames
            report(isOfNames ? "\(keyPath).class_names" : "\(keyPath).train", "\(error)")
            return
        }
        checkColumns(reader.columns)
        var known: Set<LabelName>?
        for (split, file) in task.files {
            guard let survey = survey(split, file, reader, knownLabels: known) else { continue }
            warn(about: survey, split, file)
            guard split == .train else { continue }
            known = Set(survey.labels.map(LabelName.init))
            checkClassWeights(survey.labels)
            do {
                try survey.requireClasses(for: task)
                try survey.requireLearnable(for: task)
            } catch {
                let key =
                    switch (error as? DatasetError)?.code {
                    case .unsuitableMetric: "metric"
                    case .unknownLabel: "classes"
                    default: "train"
                    }
                report("\(keyPath).\(key)", "\(error)")
            }
        }
    }

    /// A network takes its columns by their places, so that a task's are the same in the same order.
    private mutating func checkColumns(_ columns: [String]) {
        guard task.kind == .tableClassification, let backboneColumns,
            columns.map(LabelName.init) != backboneColumns.map(LabelName.init)
        else { return }
        func shown(_ names: [String]) -> String {
            names.prefix(10).joined(separator: ", ")
                + (names.count > 10 ? " and \(names.count - 10) more" : "")
        }
        report(
            "\(keyPath).columns",
            "The backbone takes the columns \(shown(backboneColumns)); the task has \(shown(columns)). Name the "
                + "backbone's under columns, in their order.")
    }

    private mutating func survey(
        _ split: DataSplit, _ file: DataFileSpecification, _ reader: TaskReader, knownLabels: Set<LabelName>?
    ) -> SplitSurvey? {
        do {
            return try SplitSurvey(
                split, file, reader, seed: specification.seed, knownLabels: knownLabels,
                decodesImages: task.kind == .imageClassification)
        } catch {
            report("\(keyPath).\(split.rawValue)", "\(error)")
            return nil
        }
    }

    private mutating func checkClassWeights(_ labels: [String]) {
        guard case .given(let weights) = specification.training.classWeights else { return }
        let known = Set(labels.map(LabelName.init))
        for each in weights where !known.contains(LabelName(each.label)) {
            report(
                "training.class_weights.\(each.label)",
                "No row of \(task.train.path) has the label \(each.label); its labels are "
                    + labels.prefix(8).joined(separator: ", ") + (labels.count > 8 ? ", …" : "") + ".")
        }
    }

    private mutating func warn(about survey: SplitSurvey, _ split: DataSplit, _ file: DataFileSpecification) {
        let key = "\(keyPath).\(split.rawValue)"
        if let limit = file.limit, limit > survey.rowCount {
            warn(
                "\(key).limit", "\(file.path) has \(survey.rowCount) rows, fewer than the limit of \(limit).")
        }
        let short = survey.labelCounts.filter { $0.value < file.limitPerLabel ?? 0 }
        if let limit = file.limitPerLabel, let label = short.keys.map(\.text).sorted().first {
            warn(
                "\(key).limit_per_label",
                "\(file.path) has fewer than \(limit) rows of \(short.count) labels, such as \"\(label)\".")
        }
        if survey.emptyTexts > 0 {
            warn(key, "\(file.path) has \(survey.emptyTexts) rows with an empty text.")
        }
        if split == .target { warnOfEmptyLanes(survey, file) }
        guard split == .train else { return }
        let samples = survey.drawnRows?.count ?? survey.rowCount
        let training = specification.training
        if samples < training.microBatches {
            warn(
                "training.micro_batches",
                "There are \(samples) training samples for \(training.microBatches) micro-batches: "
                    + "some stay empty."
            )
        } else if samples < training.batch {
            warn(
                "training.batch",
                "There are \(samples) training samples, fewer than a batch of \(training.batch).")
        }
    }

    private mutating func warnOfEmptyLanes(_ survey: SplitSurvey, _ file: DataFileSpecification) {
        let samples = survey.drawnRows?.count ?? survey.rowCount
        let lanes = specification.training.microBatches
        guard samples < lanes else { return }
        warn(
            "\(keyPath).target",
            "\(file.path) gives \(samples) target samples for \(lanes) micro-batches: those that have none train "
                + "without adaptation.")
    }

    private mutating func report(_ keyPath: String, _ message: String) {
        problems.append(JobProblem(keyPath: keyPath, message: message))
    }

    private mutating func warn(_ keyPath: String, _ message: String) {
        problems.append(JobProblem(severity: .warning, keyPath: keyPath, message: message))
    }
}
