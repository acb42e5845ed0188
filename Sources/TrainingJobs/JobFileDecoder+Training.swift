import Yams

extension JobFileDecoder {
    func training(
        _ node: Node, technique: TechniqueKind, tasks: [TaskSpecification]
    ) -> TrainingSpecification {
        let section = JobFileSection(
            node, keyPath: "training",
            keys: [
                "epochs", "steps", "batch", "micro_batches", "optimizer", "schedule", "gradient_clipping",
                "label_smoothing", "class_weights", "mixup", "ema", "layer_decay", "head_epochs",
                "unfreeze_every", "early_stopping", "keep", "evaluate_every",
                "exchange",
            ], findings: findings)
        var training = TrainingSpecification()
        training.steps = section.integer("steps")
        // Where steps are given, the default number of epochs does not apply.
        training.epochs = section.integer("epochs") ?? (section.node("steps") == nil ? training.epochs : nil)
        if let batch = section.integer("batch") { training.batch = batch }
        training.microBatches =
            section.integer("micro_batches") ?? training.defaultMicroBatches(for: technique)
        if let node = section.node("optimizer") { training.optimizer = optimizer(node, section) }
        if let node = section.node("schedule") { training.schedule = schedule(node, section) }
        training.gradientClipping = gradientClipping(section, default: training.gradientClipping)
        training.labelSmoothing = section.single("label_smoothing")
        training.classWeights = classWeights(section)
        training.layerDecay = section.single("layer_decay")
        training.headEpochs = section.integer("head_epochs")
        training.unfreezeEvery = section.node("unfreeze_every").flatMap { unfreezeEvery($0, section) }
        training.averageDecay = section.single("ema")
        training.earlyStopping = section.node("early_stopping").map(earlyStopping)
        training.keep = section.choice("keep", of: CheckpointChoice.self) ?? Self.defaultKeep(tasks)
        training.evaluateEvery = section.integer("evaluate_every")
        training.mixup = section.single("mixup")
        training.exchange = section.choice("exchange", of: GradientExchange.self)
        return training
    }

    /// Without validation there is no best checkpoint.
    static func defaultKeep(_ tasks: [TaskSpecification]) -> CheckpointChoice {
        tasks.contains { $0.validation != nil || $0.validationFraction > 0 } ? .best : .last
    }

    private func optimizer(_ node: Node, _ training: JobFileSection) -> OptimizerSpecification {
        var optimizer = OptimizerSpecification()
        if case .scalar = node {
            if let kind = training.choice(node, "optimizer", of: OptimizerKind.self) { optimizer.kind = kind }
            return optimizer
        }
        let section = JobFileSection(
            node, keyPath: training.path("optimizer"),
            keys: ["kind", "learning_rate", "weight_decay", "beta1", "beta2", "epsilon", "momentum"],
            findings: findings)
        if let kind = section.choice("kind", of: OptimizerKind.self) { optimizer.kind = kind }
        if let rate = section.single("learning_rate") { optimizer.learningRate = rate }
        if let decay = section.single("weight_decay") { optimizer.weightDecay = decay }
        if let beta = section.single("beta1") { optimizer.beta1 = beta }
        if let beta = section.single("beta2") { optimizer.beta2 = beta }
        if let epsilon = section.single("epsilon") { optimizer.epsilon = epsilon }
        if let momentum = section.single("momentum") { optimizer.momentum = momentum }
        let foreign = optimizer.kind == .adamw ? ["momentum"] : ["beta1", "beta2", "epsilon"]
        for key in foreign where section.node(key) != nil {
            section.report(key, "The optimizer \(optimizer.kind.rawValue) has no \(key); remove it.")
        }
        return optimizer
    }

    private func schedule(_ node: Node, _ training: JobFileSection) -> ScheduleSpecification {
        var schedule = ScheduleSpecification()
        if case .scalar = node {
            if let kind = training.choice(node, "schedule", of: ScheduleKind.self) { schedule.kind = kind }
            return schedule
        }
        let section = JobFileSection(
            node, keyPath: training.path("schedule"), keys: ["kind", "warmup"], findings: findings)
        if let kind = section.choice("kind", of: ScheduleKind.self) { schedule.kind = kind }
        if let warmup = section.single("warmup") { schedule.warmup = warmup }
        return schedule
    }

    /// A norm, or `none`.
    private func gradientClipping(_ training: JobFileSection, default standard: Float?) -> Float? {
        guard let node = training.node("gradient_clipping") else { return standard }
        if case .scalar(let scalar) = node, scalar.string == "none" { return nil }
        return training.single("gradient_clipping")
    }

    /// A number of epochs, or a mapping with `epochs` or `steps`.
    private func unfreezeEvery(_ node: Node, _ training: JobFileSection) -> UnfreezeInterval? {
        if case .scalar = node { return training.integer("unfreeze_every").map(UnfreezeInterval.epochs) }
        let section = JobFileSection(
            node, keyPath: training.path("unfreeze_every"), keys: ["epochs", "steps"], findings: findings)
        guard case .mapping = node else { return nil }
        guard (section.node("epochs") == nil) != (section.node("steps") == nil) else {
            training.report("unfreeze_every", "Give epochs or steps, one of the two.")
            return nil
        }
        return section.integer("epochs").map(UnfreezeInterval.epochs)
            ?? section.integer("steps").map(UnfreezeInterval.steps)
    }

    /// `balanced`, or labels with their weights.
    private func classWeights(_ training: JobFileSection) -> ClassWeights? {
        guard let node = training.node("class_weights") else { return nil }
        if case .scalar(let scalar) = node, scalar.string == ClassWeights.balancedName { return .balanced }
        guard case .mapping = node else {
            training.report(
                "class_weights",
                "Found \(found(node)); permitted: balanced, or a mapping of labels to weights as {rare: 5}.")
            return nil
        }
        let weights = JobFileSection(node, keyPath: training.path("class_weights"), findings: findings)
        return .given(
            weights.keys.compactMap { label in
                weights.single(label).map { LabelWeight(label: label, weight: $0) }
            })
    }

    private func earlyStopping(_ node: Node) -> EarlyStoppingSpecification {
        let section = JobFileSection(
            node, keyPath: "training.early_stopping", keys: ["patience", "minimum_improvement"],
            findings: findings)
        var stopping = EarlyStoppingSpecification(patience: 1)
        if case .mapping = node, section.requiredNode("patience", "evaluations without improvement") != nil,
            let patience = section.integer("patience")
        {
            stopping.patience = patience
        }
        if let improvement = section.number("minimum_improvement") {
            stopping.minimumImprovement = improvement
        }
        return stopping
    }
}
