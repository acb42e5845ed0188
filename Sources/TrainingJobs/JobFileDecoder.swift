import Yams

/// The keys of a job file and how they become a `JobSpecification`. Ranges and relations between values are
/// `JobRules`' part.
struct JobFileDecoder {
    let findings: JobFileFindings

    func job(_ root: Node) -> JobSpecification {
        let section = JobFileSection(
            root, keyPath: "",
            keys: [
                "name", "seed", "backbone", "technique", "tasks", "training", "workers", "priority",
                "checkpoints", "adaptation", "multi_task",
            ],
            findings: findings)
        let name = section.requiredString("name", "a name for the job")
        let backbone = backbone(section)
        let technique = technique(section)
        let tasks = tasks(section)
        var training = TrainingSpecification()
        training.microBatches = training.defaultMicroBatches(for: technique.kind)
        if let node = section.node("training") {
            training = self.training(node, technique: technique.kind, tasks: tasks)
        }
        if section.node("training") == nil { training.keep = Self.defaultKeep(tasks) }
        reportForeignKeys(tasks)
        return JobSpecification(
            name: name, seed: section.unsignedInteger("seed") ?? 0, backbone: backbone, technique: technique,
            tasks: tasks, training: training, workers: workers(section),
            priority: section.integer("priority"),
            checkpoints: checkpoints(section), adaptation: adaptation(section),
            multiTask: multiTask(section))
    }

    private func backbone(_ job: JobFileSection) -> BackboneSpecification {
        guard let node = job.requiredNode("backbone", "a model folder") else {
            return BackboneSpecification(folder: "")
        }
        if case .scalar(let scalar) = node { return BackboneSpecification(folder: scalar.string) }
        let section = JobFileSection(
            node, keyPath: "backbone", keys: ["folder", "maximum_length", "precision"], findings: findings)
        var backbone = BackboneSpecification(
            folder: section.requiredString("folder", "the path of a model folder"))
        if let length = section.integer("maximum_length") { backbone.maximumLength = length }
        backbone.precision = section.choice("precision", of: FrozenPrecision.self)
        return backbone
    }

    private func technique(_ job: JobFileSection) -> TechniqueSpecification {
        let kinds = TechniqueKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let node = job.requiredNode("technique", kinds) else {
            return TechniqueSpecification(kind: .featureExtraction)
        }
        if case .scalar = node {
            let kind = job.choice(node, "technique", of: TechniqueKind.self)
            return TechniqueSpecification(kind: kind ?? .featureExtraction)
        }
        let section = JobFileSection(
            node, keyPath: "technique",
            keys: ["kind", "frozen_layers", "freeze", "lora", "head", "pooling", "dropout"],
            findings: findings)
        var technique = TechniqueSpecification(kind: .featureExtraction)
        if section.requiredNode("kind", kinds) != nil,
            let kind = section.choice("kind", of: TechniqueKind.self)
        {
            technique.kind = kind
        }
        technique.frozenLayers = frozenLayers(section)
        technique.freeze = section.oneOrMoreStrings("freeze", "a list of parameter paths")
        technique.lora = section.node("lora").map { lora($0, section) }
        if let head = section.choice("head", of: HeadKind.self) { technique.head = head }
        if let pooling = section.choice("pooling", of: PoolingKind.self) { technique.pooling = pooling }
        if let dropout = section.single("dropout") { technique.dropout = dropout }
        return technique
    }

    private func lora(_ node: Node, _ technique: JobFileSection) -> LowRankSpecification {
        let section = JobFileSection(
            node, keyPath: technique.path("lora"), keys: ["rank", "alpha", "dropout", "targets"],
            findings: findings)
        var lora = LowRankSpecification()
        if let rank = section.integer("rank") { lora.rank = rank }
        // The adapter's share of the result stays what it is by default, whatever the rank.
        lora.alpha = section.single("alpha") ?? 2 * Float(lora.rank)
        if let dropout = section.single("dropout") { lora.dropout = dropout }
        if let targets = section.oneOrMoreStrings("targets", "names of linear maps, such as query") {
            lora.targets = targets
        }
        return lora
    }

    /// A number of layers, `none`, or the name of the last part that stays frozen.
    private func frozenLayers(_ technique: JobFileSection) -> FrozenLayers? {
        guard case .scalar(let scalar) = technique.node("frozen_layers"), Double(scalar.string) == nil,
            scalar.string.first?.isLetter ?? false
        else { return technique.integer("frozen_layers").map(FrozenLayers.first) }
        return scalar.string == FrozenLayers.nothingName ? .nothing : .through(scalar.string)
    }

    private func checkpoints(_ job: JobFileSection) -> CheckpointRetention? {
        guard let node = job.node("checkpoints") else { return nil }
        let section = JobFileSection(node, keyPath: "checkpoints", keys: ["keep"], findings: findings)
        return section.integer("keep").map { CheckpointRetention(keep: $0) }
    }

    private func workers(_ job: JobFileSection) -> WorkerRange {
        guard let node = job.node("workers") else { return WorkerRange() }
        if case .scalar = node {
            return job.integer("workers").map { WorkerRange(minimum: $0, maximum: $0) } ?? WorkerRange()
        }
        let section = JobFileSection(
            node, keyPath: "workers", keys: ["minimum", "maximum"], findings: findings)
        let minimum = section.integer("minimum") ?? 1
        return WorkerRange(minimum: minimum, maximum: section.integer("maximum") ?? max(minimum, 64))
    }
}
