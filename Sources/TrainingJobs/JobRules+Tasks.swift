extension JobRules {
    static func checkTasks(_ tasks: [TaskSpecification], _ check: inout RuleCheck) {
        var names: Set<String> = []
        for (index, task) in tasks.enumerated() {
            let key = "tasks[\(index)]"
            check.name(task.name, "\(key).name")
            check.require(
                task.name.isEmpty || names.insert(task.name).inserted, "\(key).name",
                "Another task is called \(task.name) already.")
            for (split, file) in task.files {
                let place = "\(key).\(split.rawValue)"
                checkDataFile(
                    file, of: task, place, isLabelled: split.isLabelled, kindKey: "\(key).kind", &check)
                if !split.isLabelled { checkTarget(file, place, &check) }
            }
            check.require(
                task.validationFraction >= 0 && task.validationFraction <= 0.5, "\(key).validation_fraction",
                "Found \(task.validationFraction); permitted: from 0 to 0.5.")
            check.require(
                task.validation == nil || task.validationFraction == 0, "\(key).validation_fraction",
                others: ["\(key).validation"], "There is a file for validation: remove one of the two.")
            checkColumns(task, key, &check)
            checkClasses(task, key, &check)
            checkImages(task, key, &check)
        }
    }

    private static func checkDataFile(
        _ file: DataFileSpecification, of task: TaskSpecification, _ place: String, isLabelled: Bool,
        kindKey: String, _ check: inout RuleCheck
    ) {
        check.require(!file.paths.isEmpty, "\(place).path", "Found no path; expected: that of a data file.")
        for path in file.paths { check.notEmpty(path, "\(place).path", "the path of a data file") }
        check.require(
            file.paths.count <= 1 || file.format == .webdataset, "\(place).path",
            others: ["\(place).format"],
            "Found \(file.paths.count) files; only the shards of a WebDataset (.tar) are several.")
        check.range(file.paths.count, 0...10_000, "\(place).path")
        check.require(
            task.kind.formats.contains(file.format), place, others: [kindKey, "\(place).format"],
            "Found the format \(file.format.rawValue); \(task.kind.rawValue) takes "
                + "\(task.kind.formats.map(\.rawValue).joined(separator: ", "))."
                + suggestion(for: file.format))
        if file.format == .idx, isLabelled {
            check.require(
                file.labels != nil, "\(place).labels", others: ["\(place).path"],
                "The file of labels is missing: {path: …images-idx3-ubyte, labels: …labels-idx1-ubyte}.")
        }
        if let labels = file.labels {
            check.notEmpty(labels, "\(place).labels", "the path of a file of labels")
            check.require(
                file.format == .idx, "\(place).labels", others: ["\(place).format"],
                "Only IDX has its labels in a file of their own: remove it.")
        }
        if let limit = file.limit { check.range(limit, 1...Int(Int32.max), "\(place).limit") }
        if let limit = file.limitPerLabel {
            check.range(limit, 1...Int(Int32.max), "\(place).limit_per_label")
            check.require(
                file.limit == nil, "\(place).limit_per_label", others: ["\(place).limit"],
                "There is a limit for the whole file: remove one of the two.")
        }
    }

    private static func suggestion(for format: DataFormat) -> String {
        switch format {
        case .webdataset, .idx, .folder: " Set the task's kind to image-classification."
        case .csv, .tsv, .jsonl: ""
        }
    }

    private static func checkColumns(_ task: TaskSpecification, _ key: String, _ check: inout RuleCheck) {
        if task.kind != .imageClassification {
            check.notEmpty(task.labelColumn, "\(key).label", "a column or JSON key")
        }
        if task.kind == .textClassification {
            check.notEmpty(task.textColumn, "\(key).text", "a column or JSON key")
            check.require(
                task.textColumn != task.labelColumn, "\(key).label", others: ["\(key).text"],
                "Text and label are both in \"\(task.textColumn)\"; they are two columns.")
        }
        guard let columns = task.columns else { return }
        check.require(
            task.kind == .tableClassification, "\(key).columns", others: ["\(key).kind"],
            "Only a table has columns of numbers: set the task's kind to table-classification, "
                + "or remove them.")
        check.range(columns.count, 1...10_000, "\(key).columns")
        for column in columns { check.notEmpty(column, "\(key).columns", "columns or JSON keys") }
        requireDistinct(columns, "\(key).columns", &check)
        check.require(
            !columns.contains(task.labelColumn), "\(key).columns", others: ["\(key).label"],
            "\"\(task.labelColumn)\" is the label, which a model must not see: remove it.")
    }

    private static func checkClasses(_ task: TaskSpecification, _ key: String, _ check: inout RuleCheck) {
        guard let classes = task.classes else { return }
        check.range(classes.count, 2...1_000, "\(key).classes")
        for label in classes { check.notEmpty(label, "\(key).classes", "labels") }
        requireDistinct(classes, "\(key).classes", &check)
    }

    private static func checkImages(_ task: TaskSpecification, _ key: String, _ check: inout RuleCheck) {
        let isOfImages = task.kind == .imageClassification
        let advice = "set the task's kind to image-classification, or remove it"
        if let names = task.classNames {
            check.notEmpty(names, "\(key).class_names", "the path of a text file")
            check.require(
                isOfImages, "\(key).class_names", others: ["\(key).kind"],
                "Only images have their classes by number: \(advice).")
        }
        guard let augmentation = task.augmentation else { return }
        let place = "\(key).augmentation"
        check.require(
            isOfImages, place, others: ["\(key).kind"], "Only images can be varied so: \(advice).")
        check.range(augmentation.crop, 0...1_024, "\(place).crop")
        check.require(
            augmentation.colour >= 0 && augmentation.colour < 1, "\(place).colour",
            "Found \(augmentation.colour); permitted: from 0 to below 1.")
        check.range(augmentation.views, 1...1_000, "\(place).views")
    }

    private static func requireDistinct(_ names: [String], _ keyPath: String, _ check: inout RuleCheck) {
        var seen: Set<[UInt8]> = []
        if let twice = names.first(where: { !seen.insert(Array($0.utf8)).inserted }) {
            check.require(false, keyPath, "\"\(twice.prefix(60))\" stands there twice.")
        }
    }
}
