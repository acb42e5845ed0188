/// How often each true class was predicted as each class. Counts are integers, so that adding the matrices of
/// several workers has no order.
///
/// Measures follow scikit-learn's definitions with `zero_division=0`: a ratio without a denominator is 0.
public struct ConfusionMatrix: Sendable, Equatable {
    public let classCount: Int
    /// Row-major: entry `trueClass * classCount + predictedClass`.
    public private(set) var counts: [Int]

    /// All zero.
    public init(classCount: Int) {
        self.classCount = max(0, classCount)
        counts = [Int](repeating: 0, count: self.classCount * self.classCount)
    }

    /// - Throws: `MetricError` where the number of counts is not `classCount` squared or one is negative.
    public init(classCount: Int, counts: [Int]) throws {
        let (expected, overflow) = classCount.multipliedReportingOverflow(by: classCount)
        guard classCount >= 0, !overflow, counts.count == expected else {
            throw MetricError(
                code: .shape,
                message: "\(counts.count) counts do not make a confusion matrix of \(classCount) classes.")
        }
        if let index = counts.firstIndex(where: { $0 < 0 }) {
            throw MetricError(
                code: .negativeCount,
                message: "Count \(index) of a confusion matrix is \(counts[index]); counts are 0 or more.")
        }
        self.classCount = classCount
        self.counts = counts
    }

    /// Throws `MetricError` where a class is not in `0..<classCount`.
    public mutating func record(trueClass: Int, predictedClass: Int) throws {
        for value in [trueClass, predictedClass] where !(0..<classCount).contains(value) {
            throw MetricError(
                code: .unknownClass, message: "Class \(value) is outside of 0..<\(classCount).")
        }
        counts[trueClass * classCount + predictedClass] += 1
    }

    /// Adds another worker's counts. Throws `MetricError` where it has another number of classes.
    public mutating func add(_ other: ConfusionMatrix) throws {
        guard other.classCount == classCount else {
            throw MetricError(
                code: .shape,
                message:
                    "A confusion matrix of \(other.classCount) classes cannot be added to one of "
                    + "\(classCount)."
            )
        }
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    public subscript(trueClass: Int, predictedClass: Int) -> Int {
        counts[trueClass * classCount + predictedClass]
    }

    /// Samples counted.
    public var total: Int { counts.reduce(0, +) }

    /// Samples whose class was predicted.
    public var correct: Int { (0..<classCount).reduce(0) { $0 + self[$1, $1] } }

    /// Samples whose true class this is.
    public func support(of label: Int) -> Int {
        (0..<classCount).reduce(0) { $0 + self[label, $1] }
    }

    /// Samples predicted as this class.
    public func predictions(of label: Int) -> Int {
        (0..<classCount).reduce(0) { $0 + self[$1, label] }
    }
}
