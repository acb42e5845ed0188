import DifferentiableTensors
import TensorKernels

/// Cross-entropy in training, perhaps with smoothed labels (Szegedy et al. 2016) and weighted classes.
///
/// A sample with distribution t over C classes (its label's, or a mixture) loses
/// Σ w_c · ((1 − ε) · t_c + ε / C) · (−log softmax_c), with weights w and smoothing ε, as in PyTorch's
/// `CrossEntropyLoss` before its reduction. The caller divides by the samples of the global batch, never by the
/// weights of a batch: those of other micro-batches are not known here, and the sum would depend on the split.
public struct ClassificationLoss: Sendable, Equatable {
    /// ε, 0 ..< 1.
    public let labelSmoothing: Float
    /// w, by class; `nil`: all 1.
    public let classWeights: [Float]?

    public init(labelSmoothing: Float = 0, classWeights: [Float]? = nil) {
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
    }

    /// Weights whose mean over the training samples is 1.
    ///
    /// With them the mean over an epoch's samples is PyTorch's, which divides by the sum of the samples' weights.
    /// - Parameters:
    ///   - weights: by class, above 0.
    ///   - counts: training samples of each class.
    public static func normalized(_ weights: [Float], counts: [Int]) -> [Float] {
        let samples = Double(counts.reduce(0, +))
        let sum = zip(weights, counts).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        guard sum > 0 else { return weights }
        return weights.map { Float(Double($0) * (samples / sum)) }
    }

    /// Weights inverse to the classes' samples, of mean 1 over the samples: N / (C · count), C being the classes
    /// that occur. A class that does not has 1.
    public static func balanced(counts: [Int]) -> [Float] {
        let samples = Double(counts.reduce(0, +))
        let present = Double(counts.count { $0 > 0 })
        return counts.map { $0 > 0 ? Float(samples / (present * Double($0))) : 1 }
    }

    /// - Parameters:
    ///   - logits: [samples, classes].
    ///   - labels: the class of each sample.
    ///   - weight: factor of every sample: 1 / (samples of the global batch).
    /// - Returns: shape [].
    public func callAsFunction(_ logits: Variable, labels: [Int], weight: Float) -> Variable {
        guard labelSmoothing > 0 || classWeights != nil else {
            return crossEntropy(logits, labels: labels, weight: weight)
        }
        let classes = logits.value.columnCount
        let distributions = Tensor.zeros([labels.count, classes])
        for (sample, label) in labels.enumerated() { distributions[sample * classes + label] = 1 }
        return self(logits, distributions: distributions, weight: weight)
    }

    /// - Parameters:
    ///   - logits: [samples, classes].
    ///   - distributions: of the same shape: each sample's over the classes, as mixing samples gives them.
    ///   - weight: factor of every sample: 1 / (samples of the global batch).
    /// - Returns: shape [].
    public func callAsFunction(_ logits: Variable, distributions: Tensor, weight: Float) -> Variable {
        crossEntropy(logits, targets: targets(distributions), weight: weight)
    }

    private func targets(_ distributions: Tensor) -> Tensor {
        guard labelSmoothing > 0 || classWeights != nil else { return distributions }
        let targets = distributions.copy()
        let classes = targets.columnCount
        let spread = labelSmoothing / Float(classes)
        for index in 0..<targets.count {
            let smoothed = (1 - labelSmoothing) * targets[index] + spread
            targets[index] = smoothed * (classWeights?[index % classes] ?? 1)
        }
        return targets
    }
}
