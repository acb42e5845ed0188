// What comes of the sums once they are complete.
extension FixedPointAccumulator {
    /// The result of a segment, under a shape; shares memory with the accumulator until the next step.
    public func result(segment: Int, shape: [Int]) -> Tensor {
        resultTensor.rows(elements(ofSegment: segment)).reshaped(shape)
    }

    /// Largest magnitude among a segment's results; 0 for an empty segment.
    public func maximumMagnitude(segment: Int) -> Float {
        resultTensor.rows(elements(ofSegment: segment)).maximumMagnitude()
    }

    /// Sets the exponents of the next step by the results of this one: the largest magnitude of a segment
    /// becomes 2^36 to 2^37 units. All workers have the same results, hence the same exponents. A segment
    /// whose results are all zero goes back to the default where its exponent was lower: after a spike, or a
    /// repeated step, usual gradients would round to zero, and a segment of zeros could never rise again.
    public func adaptExponents() {
        exponents = segmentCounts.indices.map {
            Self.exponent(
                maximumMagnitude: maximumMagnitude(segment: $0),
                otherwise: max(exponents[$0], Self.defaultExponent))
        }
    }

    /// Whether sums under `exponent` are too coarse where `adapted` fits their results: the largest is 2^7 times smaller
    /// than what that was chosen for, and rounding to integers may lose more than Float32 would.
    public static func isCoarse(_ exponent: Int, for adapted: Int) -> Bool { adapted > exponent + 7 }

    /// The exponent by which `maximumMagnitude` becomes 2^36 to 2^37 units.
    public static func exponent(maximumMagnitude: Float, otherwise: Int) -> Int {
        guard maximumMagnitude > 0, maximumMagnitude.isFinite else { return otherwise }
        return defaultExponent - Int(maximumMagnitude.exponent)
    }
}
