/// The ranges of a job's values and the relations between them. They hold for every specification, from a job
/// file or from the network.
public enum JobRules {
    /// Everything that is wrong with the values of `specification`, without a look at any file. Key paths are
    /// those of the job file.
    public static func problems(in specification: JobSpecification) -> [JobProblem] {
        violations(in: specification).map { JobProblem(keyPath: $0.keyPath, message: $0.message) }
    }

    /// A broken rule, and all the values that it speaks of.
    struct Violation {
        var keyPath: String
        var others: [String]
        var message: String
    }

    static func violations(in specification: JobSpecification) -> [Violation] {
        var check = RuleCheck()
        check.name(specification.name, "name")
        checkBackbone(specification.backbone, &check)
        checkPrecision(specification, &check)
        checkTechnique(specification.technique, &check)
        checkPartNames(specification, &check)
        checkTasks(specification.tasks, &check)
        checkMultiTask(specification, &check)
        checkTraining(specification, &check)
        checkRegime(specification, &check)
        checkAdaptation(specification, &check)
        checkWorkers(specification, &check)
        if let keep = specification.checkpoints?.keep {
            check.range(keep, CheckpointRetention.permittedCounts, "checkpoints.keep")
        }
        return check.violations
    }

    private static func checkBackbone(_ backbone: BackboneSpecification, _ check: inout RuleCheck) {
        check.notEmpty(backbone.folder, "backbone.folder", "the path of a model folder")
        check.range(backbone.maximumLength, 3...65_536, "backbone.maximum_length")
    }

    private static func checkPrecision(_ specification: JobSpecification, _ check: inout RuleCheck) {
        guard let precision = specification.backbone.precision, precision != .fp32 else { return }
        let key = "backbone.precision"
        let technique = specification.technique.kind
        check.require(
            !technique.startsFromRandomWeights, key, others: ["technique.kind"],
            "Found \(precision.rawValue); \(technique.rawValue) freezes nothing, and what is trained is fp32: remove it."
        )
        check.require(
            specification.tasks.allSatisfy { $0.kind == .textClassification }, key, others: ["tasks[0].kind"],
            "Found \(precision.rawValue); the frozen parts of image and table networks run in fp32: remove it."
        )
    }

    private static func checkTechnique(_ technique: TechniqueSpecification, _ check: inout RuleCheck) {
        check.require(
            technique.dropout >= 0 && technique.dropout < 1, "technique.dropout",
            "Found \(technique.dropout); permitted: from 0 to below 1.")
        guard let frozen = technique.frozenLayers else { return }
        let key = "technique.frozen_layers"
        switch technique.kind {
        case .fineTuning:
            if case .first(let count) = frozen { check.range(count, 0...10_000, key) }
        case .featureExtraction:
            check.require(
                false, key, others: ["technique.kind"],
                "feature-extraction freezes the whole backbone: remove frozen_layers, or choose fine-tuning.")
        case .fromScratch, .pretraining:
            check.require(
                frozen == .nothing, key, others: ["technique.kind"],
                "\(technique.kind.rawValue) trains every layer: remove frozen_layers, or choose fine-tuning.")
        }
    }

    /// The layers of text models have numbers only.
    private static func checkPartNames(_ specification: JobSpecification, _ check: inout RuleCheck) {
        guard case .through(let name) = specification.technique.frozenLayers else { return }
        check.require(
            specification.tasks.allSatisfy { $0.kind != .textClassification }, "technique.frozen_layers",
            others: ["tasks[0].kind"], "Found \"\(name)\"; for text it is a number of layers, or none.")
    }

    private static func checkTraining(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let training = specification.training
        if let epochs = training.epochs { check.range(epochs, 1...1_000_000, "training.epochs") }
        if let steps = training.steps { check.range(steps, 1...1_000_000_000, "training.steps") }
        check.require(
            (training.epochs == nil) != (training.steps == nil), "training.steps",
            others: ["training.epochs"],
            "Give epochs or steps, one of the two.")
        check.range(training.batch, 1...1_048_576, "training.batch")
        check.range(training.microBatches, 1...1_024, "training.micro_batches")
        if training.microBatches > 0, training.batch > 0 {
            check.require(
                training.batch.isMultiple(of: training.microBatches), "training.batch",
                others: ["training.micro_batches"],
                "Found \(training.batch); it must be a multiple of micro_batches, "
                    + "which is \(training.microBatches). "
                    + nearestBatches(training))
        }
        if let every = training.evaluateEvery {
            check.range(every, 1...1_000_000_000, "training.evaluate_every")
        }
        if let clipping = training.gradientClipping {
            check.require(
                clipping > 0 && clipping.isFinite, "training.gradient_clipping",
                "Found \(clipping); permitted: a norm above 0, or none.")
        }
        checkOptimizer(training.optimizer, &check)
        check.require(
            training.schedule.warmup >= 0 && training.schedule.warmup <= 1, "training.schedule.warmup",
            "Found \(training.schedule.warmup); permitted: from 0 to 1, the part of all steps.")
        checkMixup(specification, &check)
        checkChoice(specification, &check)
    }

    private static func checkMixup(_ specification: JobSpecification, _ check: inout RuleCheck) {
        guard let alpha = specification.training.mixup else { return }
        check.require(
            alpha > 0 && alpha <= 100, "training.mixup", "Found \(alpha); permitted: above 0, up to 100.")
        check.require(
            specification.tasks.allSatisfy { $0.kind == .imageClassification }, "training.mixup",
            others: ["tasks", "tasks[0].kind"],
            "Only images are mixed: remove it, or set the task's kind to "
                + "image-classification.")
    }

    private static func checkOptimizer(_ optimizer: OptimizerSpecification, _ check: inout RuleCheck) {
        let key = "training.optimizer"
        check.require(
            optimizer.learningRate > 0 && optimizer.learningRate.isFinite, "\(key).learning_rate",
            "Found \(optimizer.learningRate); permitted: above 0.")
        check.require(
            optimizer.weightDecay >= 0 && optimizer.weightDecay.isFinite, "\(key).weight_decay",
            "Found \(optimizer.weightDecay); permitted: 0 or more.")
        for (value, name) in [
            (optimizer.beta1, "beta1"), (optimizer.beta2, "beta2"), (optimizer.momentum, "momentum"),
        ] {
            check.require(
                value >= 0 && value < 1, "\(key).\(name)", "Found \(value); permitted: from 0 to below 1.")
        }
        check.require(
            optimizer.epsilon > 0 && optimizer.epsilon.isFinite, "\(key).epsilon",
            "Found \(optimizer.epsilon); permitted: above 0.")
    }

    /// What needs a validation split.
    private static func checkChoice(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let training = specification.training
        let validated = specification.tasks.contains { $0.validation != nil || $0.validationFraction > 0 }
        let splits = ["tasks", "tasks[0].validation", "tasks[0].validation_fraction"]
        let advice = "give the task a validation file or a validation_fraction"
        check.require(
            training.keep == .last || validated, "training.keep", others: splits,
            "best is chosen on validation data: \(advice), or keep the last.")
        guard let stopping = training.earlyStopping else { return }
        check.require(
            validated, "training.early_stopping", others: splits,
            "Early stopping watches validation data: \(advice), or remove it.")
        check.range(stopping.patience, 1...1_000_000, "training.early_stopping.patience")
        check.require(
            stopping.minimumImprovement >= 0 && stopping.minimumImprovement.isFinite,
            "training.early_stopping.minimum_improvement",
            "Found \(stopping.minimumImprovement); permitted: 0 or more.")
    }

    private static func checkWorkers(_ specification: JobSpecification, _ check: inout RuleCheck) {
        if let priority = specification.priority {
            check.range(priority, JobSpecification.priorities, "priority")
        }
        let workers = specification.workers
        check.range(workers.minimum, 1...1_024, "workers.minimum")
        check.range(workers.maximum, 1...1_024, "workers.maximum")
        check.require(
            workers.minimum <= workers.maximum, "workers.minimum", others: ["workers.maximum"],
            "Found \(workers.minimum), above the maximum of \(workers.maximum).")
        check.require(
            workers.minimum <= specification.training.microBatches, "workers.minimum",
            others: ["training.micro_batches"],
            "Found \(workers.minimum), but a batch has \(specification.training.microBatches) micro-batches, "
                + "and a worker without one has nothing to do: raise training.micro_batches.")
    }

    private static func nearestBatches(_ training: TrainingSpecification) -> String {
        let lower = training.batch / training.microBatches * training.microBatches
        let upper = lower + training.microBatches
        return lower > 0 ? "Try \(lower) or \(upper)." : "Try \(upper)."
    }
}

/// Gathers broken rules.
struct RuleCheck {
    private(set) var violations: [JobRules.Violation] = []

    mutating func require(_ holds: Bool, _ keyPath: String, others: [String] = [], _ message: String) {
        guard !holds else { return }
        violations.append(JobRules.Violation(keyPath: keyPath, others: others, message: message))
    }

    mutating func range(_ value: Int, _ permitted: ClosedRange<Int>, _ keyPath: String) {
        require(
            permitted.contains(value), keyPath,
            "Found \(value); permitted: from \(permitted.lowerBound) to \(permitted.upperBound).")
    }

    mutating func notEmpty(_ text: String, _ keyPath: String, _ expected: String) {
        require(!text.isEmpty, keyPath, "Found no text; expected: \(expected).")
        require(!text.unicodeScalars.contains("\0"), keyPath, "Found a NUL character; expected: \(expected).")
    }

    /// Names become parts of paths: letters, digits, '.', '_' and '-', the first a letter or digit.
    mutating func name(_ name: String, _ keyPath: String) {
        let isPlain = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || [0x2E, 0x5F, 0x2D].contains($0)
        }
        let startsPlainly = name.utf8.first.map { ![0x2E, 0x5F, 0x2D].contains($0) } ?? false
        require(
            isPlain && startsPlainly && name.utf8.count <= 100, keyPath,
            "Found \"\(name.prefix(100))\"; permitted: 1 to 100 of the characters A-Z a-z 0-9 . _ -, "
                + "the first a letter or digit.")
    }
}
