import TrainingJobs

extension ModelCard {
    /// Settings that a job has only where it asks for them: what counts how much, what learns when and how fast.
    static func regimeRows(_ specification: JobSpecification) -> [[String]] {
        let (technique, training) = (specification.technique, specification.training)
        var rows: [[String]] = []
        func add(_ name: String, _ value: String?) {
            if let value { rows.append([name, MarkupEscaping.markdown(value)]) }
        }
        add("frozen by name", technique.freeze?.joined(separator: ", "))
        add(
            "adapters",
            technique.lora.map {
                "rank \($0.rank), alpha \($0.alpha), dropout \($0.dropout), on "
                    + $0.targets.joined(separator: ", ")
            })
        add("label smoothing", training.labelSmoothing.map { "\($0)" })
        add("class weights", training.classWeights.map(describe))
        add("layer decay", training.layerDecay.map { "\($0)" })
        add("head alone", training.headEpochs.map { "\($0) epochs" })
        add(
            "next layer after",
            training.unfreezeEvery.map {
                switch $0 {
                case .epochs(let count): "\(count) epochs"
                case .steps(let count): "\(count) steps"
                }
            })
        add("average of weights", training.averageDecay.map { "decay \($0)" })
        add("gradients", training.exchange.map(\.promise))
        return rows
    }

    private static func describe(_ weights: ClassWeights) -> String {
        switch weights {
        case .balanced: "balanced"
        case .given(let given): given.map { "\($0.label) \($0.weight)" }.joined(separator: ", ")
        }
    }
}
