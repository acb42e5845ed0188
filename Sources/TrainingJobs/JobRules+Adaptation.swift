// What moves a model to another domain, and the data that it needs for that.
extension JobRules {
    /// Hidden layers that a discriminator may have.
    private static let hiddenWidths = 1...4_096

    static func checkAdaptation(_ specification: JobSpecification, _ check: inout RuleCheck) {
        checkTargetHasPurpose(specification, &check)
        guard let adaptation = specification.adaptation else { return }
        check.require(
            adaptation.weight > 0 && adaptation.weight.isFinite, "adaptation.weight",
            "Found \(adaptation.weight); permitted: above 0.")
        checkDiscriminator(adaptation, &check)
        guard adaptation.method != .none else { return }
        checkMethod(adaptation.method, specification, &check)
        if adaptation.method == .adabn { checkStatistics(specification, &check) }
    }

    private static func checkTargetHasPurpose(_ specification: JobSpecification, _ check: inout RuleCheck) {
        for (index, task) in specification.tasks.enumerated() where task.target != nil {
            check.require(
                specification.adaptation != nil, "tasks[\(index)].target", others: ["adaptation"],
                "There is target data, and no adaptation says what for: choose a method, or write "
                    + "`adaptation: {method: none}` for the control that learns from train alone.")
        }
    }

    private static func checkDiscriminator(_ adaptation: AdaptationSpecification, _ check: inout RuleCheck) {
        guard let hidden = adaptation.hidden else { return }
        check.range(hidden, hiddenWidths, "adaptation.hidden")
        check.require(
            adaptation.method.hasDiscriminator, "adaptation.hidden", others: ["adaptation.method"],
            "Only dann and cdan have a discriminator, \(adaptation.method.rawValue) has none: remove it.")
    }

    private static func checkMethod(
        _ method: AdaptationMethod, _ specification: JobSpecification, _ check: inout RuleCheck
    ) {
        let key = "adaptation.method"
        for (index, task) in specification.tasks.enumerated() {
            let target = "tasks[\(index)].target"
            check.require(
                task.target != nil, key, others: [target],
                "\(method.rawValue) needs samples of the target domain: give \(target), whose labels are not "
                    + "read, or choose none.")
        }
        check.require(
            specification.technique.kind != .pretraining, key, others: ["technique.kind"],
            "Found \(method.rawValue); pretraining makes a backbone that later jobs adapt: remove adaptation, or "
                + "choose from-scratch.")
        check.require(
            specification.training.mixup == nil, key, others: ["training.mixup"],
            "Found \(method.rawValue); mixed samples are of no domain's own: remove training.mixup, or choose none."
        )
    }

    /// Whether the backbone has batch-norm layers is seen where it is loaded.
    private static func checkStatistics(_ specification: JobSpecification, _ check: inout RuleCheck) {
        let key = "adaptation.method"
        let technique = specification.technique.kind
        check.require(
            specification.tasks.allSatisfy { $0.kind == .imageClassification }, key,
            others: ["tasks[0].kind"],
            "adabn is about batch normalisation, which only image networks have: choose another method, or set "
                + "tasks[0].kind to image-classification.")
        check.require(
            technique != .featureExtraction, key, others: ["technique.kind"],
            "adabn adapts layers that run in training, and \(technique.rawValue) freezes them all: set "
                + "technique.kind to fine-tuning or from-scratch.")
    }

    /// Rules of data whose labels nobody reads.
    static func checkTarget(_ target: DataFileSpecification, _ place: String, _ check: inout RuleCheck) {
        check.require(
            target.limitPerLabel == nil, "\(place).limit_per_label",
            "Found a limit per label, and the labels of target data are not read: give limit instead.")
    }
}
