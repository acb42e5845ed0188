// How training goes beyond freezing by depth: what counts how much, what learns when and how fast.
extension JobRules {
    static func checkRegime(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let (technique, training) = (specification.technique, specification.training)
        checkLoss(training, &check)
        if let decay = training.averageDecay {
            check.require(
                decay > 0 && decay < 1, "training.ema",
                "Found \(decay); permitted: a decay between 0 and 1, such as 0.999.")
        }
        checkFreeze(technique, &check)
        checkLowRank(technique, &check)
        check.require(
            technique.lora == nil || specification.tasks.allSatisfy { $0.kind == .textClassification },
            "technique.lora", others: ["tasks[0].kind"],
            "Adapters are for text models: remove lora; frozen_layers and freeze leave less to train.")
        checkLayerDecay(training, technique, &check)
        checkUnfreezing(training, technique, &check)
    }

    private static func checkLoss(_ training: TrainingSpecification, _ check: inout RuleCheck) {
        if let smoothing = training.labelSmoothing {
            check.require(
                smoothing >= 0 && smoothing < 1, "training.label_smoothing",
                "Found \(smoothing); permitted: from 0 to below 1.")
        }
        guard case .given(let weights) = training.classWeights else { return }
        let key = "training.class_weights"
        check.require(
            !weights.isEmpty, key, "Found no labels; permitted: balanced, or labels with their weights.")
        for each in weights {
            check.require(
                each.weight >= 1e-6 && each.weight <= 1e6, "\(key).\(each.label)",
                "Found \(each.weight); permitted: from 0.000001 to 1000000.")
        }
        var seen: Set<[UInt8]> = []
        for each in weights where !seen.insert(Array(each.label.utf8)).inserted {
            check.require(false, key, "The label \(each.label) stands there twice.")
        }
    }

    private static func checkFreeze(_ technique: TechniqueSpecification, _ check: inout RuleCheck) {
        guard let paths = technique.freeze else { return }
        let key = "technique.freeze"
        check.require(
            technique.kind == .fineTuning, key, others: ["technique.kind"],
            "Parts are frozen by name in fine-tuning only: remove freeze, or choose fine-tuning.")
        check.require(
            (1...1_000).contains(paths.count), key,
            "Found \(paths.count) paths; permitted: 1 to 1000, such as embeddings or encoder.layer.0.")
        for path in paths { check.notEmpty(path, key, "a parameter's path, such as encoder.layer.0") }
    }

    private static func checkLowRank(_ technique: TechniqueSpecification, _ check: inout RuleCheck) {
        guard let lora = technique.lora else { return }
        let key = "technique.lora"
        check.require(
            technique.kind == .fineTuning, key, others: ["technique.kind"],
            "Adapters stand beside pretrained weights that are fine-tuned: remove lora, or choose fine-tuning."
        )
        check.require(
            technique.freeze == nil, key, others: ["technique.freeze"],
            "With lora every weight of the backbone stays frozen: remove freeze.")
        check.require(
            technique.frozenLayers != .nothing, key, others: ["technique.frozen_layers"],
            "With lora the embeddings stay frozen: remove frozen_layers, or give the number of layers without "
                + "adapters.")
        check.range(lora.rank, 1...1_024, "\(key).rank")
        check.require(
            lora.alpha > 0 && lora.alpha.isFinite, "\(key).alpha",
            "Found \(lora.alpha); permitted: above 0.")
        check.require(
            lora.dropout >= 0 && lora.dropout < 1, "\(key).dropout",
            "Found \(lora.dropout); permitted: from 0 to below 1.")
        check.require(
            (1...100).contains(lora.targets.count), "\(key).targets",
            "Found \(lora.targets.count) names; permitted: 1 to 100, such as query and value.")
        for target in lora.targets {
            check.notEmpty(target, "\(key).targets", "the name of a linear map, such as query")
        }
    }

    private static func checkUnfreezing(
        _ training: TrainingSpecification, _ technique: TechniqueSpecification, _ check: inout RuleCheck
    ) {
        let (headKey, unfreezeKey) = ("training.head_epochs", "training.unfreeze_every")
        let present = [
            (headKey, training.headEpochs != nil), (unfreezeKey, training.unfreezeEvery != nil),
        ]
        for (key, isPresent) in present where isPresent {
            check.require(
                technique.kind == .fineTuning, key, others: ["technique.kind"],
                "Only fine-tuning has pretrained layers that start to learn later: remove it, or choose "
                    + "fine-tuning.")
        }
        if let head = training.headEpochs {
            check.range(head, 1...1_000_000, headKey)
            if let epochs = training.epochs {
                check.require(
                    head < epochs, headKey, others: ["training.epochs"],
                    "Found \(head) of \(epochs) epochs: the other layers would never learn. Give fewer, or choose "
                        + "feature-extraction.")
            }
        }
        switch training.unfreezeEvery {
        case .epochs(let count): check.range(count, 1...1_000_000, unfreezeKey)
        case .steps(let count): check.range(count, 1...1_000_000_000, unfreezeKey)
        case nil: break
        }
    }

    private static func checkLayerDecay(
        _ training: TrainingSpecification, _ technique: TechniqueSpecification, _ check: inout RuleCheck
    ) {
        guard let decay = training.layerDecay else { return }
        let key = "training.layer_decay"
        check.require(
            decay > 0 && decay <= 1, key, "Found \(decay); permitted: above 0 to 1, such as 0.9.")
        check.require(
            technique.kind != .featureExtraction, key, others: ["technique.kind"],
            "feature-extraction trains a head alone, which has no layers below it: remove layer_decay, or choose "
                + "fine-tuning.")
    }
}
