extension ConfusionMatrix {
    /// Part of the samples whose class was predicted; 0 where there is no sample.
    public var accuracy: Double { Self.ratio(correct, total) }

    /// Of the samples predicted as `label`, the part that is.
    public func precision(of label: Int) -> Double {
        Self.ratio(self[label, label], predictions(of: label))
    }

    /// Of the samples that are `label`, the part predicted so.
    public func recall(of label: Int) -> Double {
        Self.ratio(self[label, label], support(of: label))
    }

    /// Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).
    public func f1(of label: Int) -> Double {
        Self.ratio(2 * self[label, label], support(of: label) + predictions(of: label))
    }

    /// Unweighted mean of the classes' F1, over the classes that occur as truth or prediction, as
    /// scikit-learn's `f1_score(average="macro")` takes it; 0 where none does.
    public var macroF1: Double {
        let present = (0..<classCount).filter { support(of: $0) + predictions(of: $0) > 0 }
        guard !present.isEmpty else { return 0 }
        return present.reduce(0) { $0 + f1(of: $1) } / Double(present.count)
    }

    /// F1 of the second class, the positive one, for two classes; otherwise `nil`.
    public var binaryF1: Double? { classCount == 2 ? f1(of: 1) : nil }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
