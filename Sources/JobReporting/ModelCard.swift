import TrainingJobs

/// README.md of an exported model, with the front matter that the Hugging Face hub reads: what the model is,
/// what it was trained on, how, and what it reaches.
public enum ModelCard {
    /// The file's name in the model folder.
    public static let fileName = "README.md"

    /// The card's whole text.
    ///
    /// - Parameters:
    ///   - specification: The job as it was submitted.
    ///   - plan: Labels and sizes of its data.
    ///   - report: What the job measured.
    public static func render(
        specification: JobSpecification, plan: DatasetPlan, report: JobReport
    ) -> String {
        let sections =
            [
                ModelCardFrontMatter.render(specification: specification, report: report),
                "# \(MarkupEscaping.markdown(specification.name))",
                introduction(specification, report),
                "## Results",
                results(specification, report),
                "![Loss and validation metrics over steps](\(LearningCurve.fileName))",
            ] + domains(report) + [
                "## Data",
                data(specification, plan),
                "## Training",
                settings(specification, plan, report),
                "## Run",
                run(report),
                "## Use",
                use(specification),
            ]
        return sections.joined(separator: "\n\n") + "\n"
    }

    private static func use(_ specification: JobSpecification) -> String {
        guard specification.tasks.count > 1 else { return TaskWords(specification).usage }
        return """
            This folder is the trunk that all tasks share, a backbone for further jobs. What each task adds is in \
            `heads`; `graft head FOLDER TASK --output MODEL` puts both together as that task's own model, which \
            loads as any other.
            """
    }

    private static func introduction(_ specification: JobSpecification, _ report: JobReport) -> String {
        let backbone = specification.backbone.folder.split(separator: "/").last.map(String.init) ?? ""
        let how =
            switch specification.technique.kind {
            case .featureExtraction: "a new head on the frozen features of"
            case .fineTuning where specification.technique.frozenLayers == .nothing:
                "a new head and all layers of"
            case .fineTuning where specification.technique.lora != nil:
                "a new head and low-rank adapters of"
            case .fineTuning: "a new head and the upper layers of"
            case .fromScratch, .pretraining: "all of a network of random weights, with the shape of"
            }
        return """
            \(TaskWords(specification).model), trained with Graft: \(how) `\(backbone)`. It has \
            \(ReadableFigures.count(report.parameterCount)) parameters, of which \
            \(ReadableFigures.count(report.trainableParameterCount)) were trained.
            """
    }

    private static func results(_ specification: JobSpecification, _ report: JobReport) -> String {
        func row(_ measures: JobReport.TaskMeasures, split: String) -> [String] {
            [
                MarkupEscaping.markdown(measures.task), split, ReadableFigures.count(measures.samples),
                ReadableFigures.measure(measures.accuracy), ReadableFigures.measure(measures.macroF1),
                measures.f1.map(ReadableFigures.measure) ?? "–", ReadableFigures.measure(measures.loss),
            ]
        }
        let validation = chosenSegment(report)?.validation ?? []
        let rows =
            validation.map { row($0, split: "validation") } + report.test.map { row($0, split: "test") }
            + (report.targetTest ?? []).map { row($0, split: DataSplit.targetTest.title) }
        guard !rows.isEmpty else { return "The job had neither a validation nor a test split." }
        return table(
            ["task", "split", "samples", "accuracy", "macro-F1", "F1", "loss"], rows, numbersFrom: 2)
    }

    private static func domains(_ report: JobReport) -> [String] {
        guard let domains = report.domains else { return [] }
        return [
            "## Domains",
            "Proxy A-distance between source and target domain, by the features that the head reads: "
                + "\(ReadableFigures.measure(domains.before)) with the first weights, "
                + "\(ReadableFigures.measure(domains.after)) with these (2: told apart without fault, 0: not at all).",
            "![Samples of both domains before and after training](\(DomainPicture.fileName))",
        ]
    }

    /// The segment whose checkpoint became the model.
    private static func chosenSegment(_ report: JobReport) -> JobReport.Segment? {
        guard let best = report.best else { return report.segments.last { !$0.validation.isEmpty } }
        return report.segments.first { $0.endStep == best.step }
    }

    private static func data(_ specification: JobSpecification, _ plan: DatasetPlan) -> String {
        let targetSplits = [DataSplit.target, .targetTest].filter { split in
            plan.tasks.contains { $0.count(of: split) > 0 }
        }
        let rows = zip(specification.tasks, plan.tasks).map { task, planned in
            [
                MarkupEscaping.markdown(task.name), MarkupEscaping.markdown(fileNames(task)),
                ReadableFigures.count(planned.trainCount), ReadableFigures.count(planned.validationCount),
                ReadableFigures.count(planned.testCount),
            ] + targetSplits.map { ReadableFigures.count(planned.count(of: $0)) }
        }
        let labels = plan.tasks.map { task in
            "Labels of \(MarkupEscaping.markdown(task.name)): "
                + task.labels.map(MarkupEscaping.markdown).joined(separator: ", ") + "."
        }
        let header = ["task", "files", "train", "validation", "test"] + targetSplits.map(\.title)
        return table(header, rows, numbersFrom: 2)
            + "\n\n" + labels.joined(separator: "\n\n")
            + "\n\nHash of all data: `\(plan.contentHash)`."
    }

    private static func fileNames(_ task: TaskSpecification) -> String {
        task.files.compactMap { $0.file.path.split(separator: "/").last.map(String.init) }
            .joined(separator: ", ")
    }

    private static func settings(
        _ specification: JobSpecification, _ plan: DatasetPlan, _ report: JobReport
    ) -> String {
        let technique = specification.technique
        let training = specification.training
        let optimizer = training.optimizer
        let length =
            training.steps.map { "\(ReadableFigures.count($0)) steps" } ?? "\(training.epochs ?? 0) epochs"
        var rows = [
            ["technique", technique.kind.rawValue],
            [
                "frozen", frozenPart(technique, TaskWords(specification)),
            ],
        ]
        rows += inputRows(specification)
        rows += [
            [
                "length",
                "\(length) at the most, \(ReadableFigures.count(report.segments.last?.endStep ?? 0)) steps done",
            ],
            ["batch", "\(training.batch), in \(training.microBatches) micro-batches"],
            ["optimizer", describe(optimizer)],
            [
                "schedule",
                "\(training.schedule.kind.rawValue), warm-up over \(training.schedule.warmup) of all steps",
            ],
            ["gradient clipping", training.gradientClipping.map { "norm \($0)" } ?? "none"],
            ["seed", String(specification.seed)],
        ]
        rows += regimeRows(specification)
        if let adaptation = specification.adaptation { rows.append(["adaptation", describe(adaptation)]) }
        if let best = report.best {
            rows.append([
                "kept",
                "step \(ReadableFigures.count(best.step)), validation \(best.metric.rawValue) "
                    + ReadableFigures.measure(best.value),
            ])
        }
        return table(["setting", "value"], rows)
    }

    /// What is particular to the kind of samples.
    private static func inputRows(_ specification: JobSpecification) -> [[String]] {
        let technique = specification.technique
        if TaskWords(specification).isOfTexts {
            let precision = specification.backbone.precision ?? .fp32
            return [
                [
                    "pooling, head, dropout",
                    "\(technique.pooling.rawValue), \(technique.head.rawValue), \(technique.dropout)",
                ],
                ["maximum length", "\(specification.backbone.maximumLength) tokens"],
            ]
                + (precision == .fp32
                    ? []
                    : [["frozen part's precision", "\(precision.rawValue) in training and its measurements"]])
        }
        var rows = [["head, dropout", "\(technique.head.rawValue), \(technique.dropout)"]]
        if let augmentation = specification.tasks.first?.augmentation {
            rows.append([
                "augmentation",
                "crop \(augmentation.crop), flip \(augmentation.flip), colour \(augmentation.colour), "
                    + "\(augmentation.views) views",
            ])
        }
        if let mixup = specification.training.mixup { rows.append(["mixup", "α \(mixup)"]) }
        return rows
    }

    private static func frozenPart(_ technique: TechniqueSpecification, _ words: TaskWords) -> String {
        switch (technique.kind, technique.frozenLayers ?? 0) {
        case (.fineTuning, _) where technique.lora != nil: "embeddings and all layers, but for their adapters"
        case (.featureExtraction, _): words.isOfTexts ? "embeddings and all layers" : "the whole backbone"
        case (.fromScratch, _), (.pretraining, _), (.fineTuning, .nothing): "nothing"
        case (.fineTuning, .through(let name)): "everything up to and with \(name)"
        case (.fineTuning, 0): words.isOfTexts ? "embeddings" : "the first part"
        case (.fineTuning, .first(let count)) where !words.isOfTexts: "the first \(count + 1) parts"
        case (.fineTuning, 1): "embeddings and the first layer"
        case (.fineTuning, .first(let count)): "embeddings and the first \(count) layers"
        }
    }

    private static func describe(_ adaptation: AdaptationSpecification) -> String {
        let method = adaptation.method
        switch method {
        case .none: return "none: learnt from the source domain alone"
        case .adabn: return "adabn"
        case .dann, .cdan, .coral, .mmd:
            return "\(method.rawValue), weight \(adaptation.weight)"
                + (method.hasDiscriminator ? ", discriminator of width \(adaptation.discriminatorWidth)" : "")
        }
    }

    private static func describe(_ optimizer: OptimizerSpecification) -> String {
        let common = "learning rate \(optimizer.learningRate), weight decay \(optimizer.weightDecay)"
        switch optimizer.kind {
        case .adamw:
            return "AdamW, \(common), β₁ \(optimizer.beta1), β₂ \(optimizer.beta2), ε \(optimizer.epsilon)"
        case .sgd: return "SGD, \(common), momentum \(optimizer.momentum)"
        }
    }

    private static func run(_ report: JobReport) -> String {
        var rows = [
            ["job", report.jobID], ["workers", String(report.workers)],
            ["matrix products", MarkupEscaping.markdown(report.kernelFamily)],
            ["time", ReadableFigures.seconds(report.wallSeconds)],
        ]
        if let extraction = report.extraction {
            rows.append([
                "samples through the frozen part",
                "\(ReadableFigures.count(extraction.backboneForwards)), \(ReadableFigures.count(extraction.cacheHits)) from the cache",
            ])
        }
        if let hash = report.modelSHA256 { rows.append(["SHA-256 of model.safetensors", "`\(hash)`"]) }
        return table(["", ""], rows)
    }

    /// A Markdown table; columns from `numbersFrom` on are set right.
    private static func table(_ header: [String], _ rows: [[String]], numbersFrom: Int = .max) -> String {
        let rule = header.indices.map { $0 >= numbersFrom ? "---:" : "---" }
        return ([header, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(
            separator: "\n")
    }
}
