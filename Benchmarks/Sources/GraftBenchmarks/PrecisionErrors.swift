import Foundation
import TensorKernels

/// How far embeddings in a reduced precision are from those in Float32.
struct PrecisionErrors {
    /// Of all embeddings together: the norm of their differences over their norm.
    let relativeError: Double
    /// Of the text that fares worst.
    let lowestCosine: Double

    init(backbone: URL, texts: [String], precision: ReducedPrecision) throws {
        let exact = try MiniLMFeatures(backbone: backbone, texts: texts).features()
        let reduced = try MiniLMFeatures(backbone: backbone, texts: texts, precision: precision).features()
        var (differences, norms, lowest) = (0.0, 0.0, 1.0)
        for row in 0..<exact.rowCount {
            let pairs = zip(exact.rows(row..<row + 1).scalars, reduced.rows(row..<row + 1).scalars)
                .map { (Double($0), Double($1)) }
            let norm = pairs.reduce(0) { $0 + $1.0 * $1.0 }
            let other = pairs.reduce(0) { $0 + $1.1 * $1.1 }
            differences += pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            norms += norm
            lowest = min(lowest, pairs.reduce(0) { $0 + $1.0 * $1.1 } / (norm * other).squareRoot())
        }
        relativeError = (differences / norms).squareRoot()
        lowestCosine = lowest
    }
}
