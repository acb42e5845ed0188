import Yams

extension JobFileDecoder {
    func tasks(_ job: JobFileSection) -> [TaskSpecification] {
        guard let node = job.requiredNode("tasks", "a list of tasks, each with name and train") else {
            return []
        }
        guard case .sequence(let sequence) = node else {
            job.report(
                "tasks", "Found \(found(node)); a list is expected: start each task with \"- name: …\".")
            return []
        }
        // An empty list is for the rules to report.
        return sequence.enumerated().map { task($0.element, keyPath: "tasks[\($0.offset)]") }
    }

    /// Keys whose values have defaults, and so cannot be missed later, in jobs of a kind that does not know
    /// them.
    func reportForeignKeys(_ tasks: [TaskSpecification]) {
        guard let kind = tasks.first?.kind, kind != .textClassification else { return }
        for key in ["backbone.maximum_length", "technique.pooling"] {
            findings.reportPlaced(key, "This is about texts; a job of \(kind.rawValue) has none: remove it.")
        }
        for (index, task) in tasks.enumerated() where task.kind != .textClassification {
            let instead =
                task.kind == .tableClassification
                ? "name the columns under columns" : "the archive or folder says what the images are"
            findings.reportPlaced(
                "tasks[\(index)].text", "A task of \(task.kind.rawValue) has no text; \(instead).")
            guard task.kind == .imageClassification else { continue }
            findings.reportPlaced(
                "tasks[\(index)].label", "The labels of images have no column; their files say them.")
        }
    }

    private func task(_ node: Node, keyPath: String) -> TaskSpecification {
        let section = JobFileSection(
            node, keyPath: keyPath,
            keys: [
                "name", "kind", "train", "validation", "validation_fraction", "test", "target", "target_test",
                "text", "label", "metric", "columns", "classes", "class_names", "augmentation", "weight",
            ],
            findings: findings)
        let train =
            section.requiredNode("train", "the path of the training data").flatMap {
                dataFile($0, section, "train")
            }
            ?? DataFileSpecification(path: "", format: .csv)
        var task = TaskSpecification(
            name: section.requiredString("name", "a name for the task"), train: train)
        if let kind = section.choice("kind", of: TaskKind.self) { task.kind = kind }
        task.validation = section.node("validation").flatMap { dataFile($0, section, "validation") }
        task.test = section.node("test").flatMap { dataFile($0, section, "test") }
        task.target = section.node("target").flatMap { dataFile($0, section, "target") }
        task.targetTest = section.node("target_test").flatMap { dataFile($0, section, "target_test") }
        if let fraction = section.number("validation_fraction") { task.validationFraction = fraction }
        if let column = section.string("text", "a column or JSON key") { task.textColumn = column }
        if let column = section.string("label", "a column or JSON key") { task.labelColumn = column }
        if let metric = section.choice("metric", of: MetricKind.self) { task.metric = metric }
        task.columns = section.strings("columns", "columns or JSON keys")
        task.classes = section.strings("classes", "labels")
        task.classNames = section.string("class_names", "the path of a text file with a name on every line")
        task.weight = section.single("weight")
        task.augmentation = section.node("augmentation").map { augmentation($0, section) }
        return task
    }

    /// A path, a list of paths, or a mapping with `path` and what goes with it.
    private func dataFile(_ node: Node, _ task: JobFileSection, _ key: String) -> DataFileSpecification? {
        switch node {
        case .scalar(let scalar):
            guard let format = DataFormat(ofFileNamed: scalar.string) else {
                task.report(key, Self.unknownFormat(scalar.string))
                return nil
            }
            return DataFileSpecification(path: scalar.string, format: format)
        case .sequence: return shards(task.strings(key, "paths") ?? [], task, key)
        default: break
        }
        let section = JobFileSection(
            node, keyPath: task.path(key), keys: ["path", "labels", "format", "limit", "limit_per_label"],
            findings: findings)
        guard case .mapping = node else { return nil }
        var paths: [String] = []
        if case .sequence = section.node("path") {
            paths = section.strings("path", "paths") ?? []
        } else {
            paths = [section.requiredString("path", "the path of a data file")]
        }
        var format = section.choice("format", of: DataFormat.self)
        if section.node("format") == nil, let path = paths.first, !path.isEmpty {
            format = DataFormat(ofFileNamed: path)
            if format == nil { section.report("path", Self.unknownFormat(path)) }
        }
        return DataFileSpecification(
            paths: paths, format: format ?? .csv, labels: section.string("labels", "the path of a data file"),
            limit: section.integer("limit"), limitPerLabel: section.integer("limit_per_label"))
    }

    private func shards(_ paths: [String], _ task: JobFileSection, _ key: String) -> DataFileSpecification? {
        guard let first = paths.first, !first.isEmpty else {
            if paths.isEmpty { task.report(key, "Found an empty list; expected: paths of data files.") }
            return nil
        }
        guard let format = DataFormat(ofFileNamed: first) else {
            task.report(key, Self.unknownFormat(first))
            return nil
        }
        return DataFileSpecification(paths: paths, format: format)
    }

    private func augmentation(_ node: Node, _ task: JobFileSection) -> ImageAugmentation {
        let section = JobFileSection(
            node, keyPath: task.path("augmentation"), keys: ["crop", "flip", "colour", "views"],
            findings: findings)
        var augmentation = ImageAugmentation()
        if let crop = section.integer("crop") { augmentation.crop = crop }
        if let flip = section.boolean("flip") { augmentation.flip = flip }
        if let colour = section.single("colour") { augmentation.colour = colour }
        if let views = section.integer("views") { augmentation.views = views }
        return augmentation
    }

    private static func unknownFormat(_ path: String) -> String {
        "The name \"\(path.suffix(80))\" does not end in .csv, .tsv, .jsonl, .ndjson or .tar, nor is it of an "
            + "IDX file; give the format as well: {path: …, format: csv}."
    }
}
