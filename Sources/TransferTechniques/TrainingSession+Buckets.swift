import TensorKernels

// A step's sums in parts, so that one can be exchanged while the next is computed.
extension TrainingSession {
    /// A bucket of fewer elements would spend more on the exchange's own waits than it saves: 8 MB of exact sums.
    public static let bucketElements = 1 << 20

    /// Whether sums are still computed when the first of them are complete: fast ones are by the backward passes, all
    /// at once.
    public var computesInParts: Bool {
        if case .exact = stepSums { true } else { false }
    }

    /// The elements of `gradients` that have to be summed in the coming step: all but those of the lowest layers
    /// where these rest. The same on every worker.
    public var exchangedElements: Range<Int> {
        gradients.segmentStarts[firstLearning]..<gradients.elementCount
    }

    /// `exchangedElements` in parts, in the order in which `finishAccumulation` completes them, each of one number
    /// format. The same on every worker.
    public var exchangedParts: [Range<Int>] { buckets.flatMap(exchangedParts(of:)) }

    /// Call once after the owned lanes and before the sum over workers.
    ///
    /// - Parameter completed: is told each of `exchangedParts` as soon as nothing more will be added to it here. From
    ///   then on only the exchange may touch those elements, until the step is finished.
    /// - Throws: `TechniqueError` `.notFinite` where a gradient is not a number or infinite. What `completed` throws.
    public func finishAccumulation(_ completed: (Range<Int>) throws -> Void = { _ in }) throws {
        let buckets = buckets
        for (index, bucket) in buckets.enumerated() {
            let trained = bucket.clamped(to: parameters.indices)
            try addWeightGradients(of: trained)
            for parameter in parameters[trained] where parameter.isLearning {
                stepSums.complete(gradientOf: parameter)
            }
            if index == buckets.count - 1 {
                gradients.add(
                    Tensor([Float(gradients.saturatedCount)], shape: [1]), segment: saturationSegment)
            }
            for part in exchangedParts(of: bucket) { try completed(part) }
        }
    }

    func addWeightGradients(of segments: Range<Int>) throws {
        guard case .exact(let sums) = stepSums else { return }
        for segment in segments {
            weightGradients.add(to: sums, segment: segment)
            guard gradients.nonFiniteCount == 0 else {
                throw notFinite("the gradient of \(parameters[segment].name) is not finite", lane: nil)
            }
        }
    }

    /// Segments of each bucket, the lowest layer first. The last one has all that is summed beside gradients, for the
    /// count of cut-off gradients is known when all have been added.
    private var buckets: [Range<Int>] {
        guard computesInParts else { return [firstLearning..<gradients.segmentCounts.count] }
        let ends = Array(gradients.segmentStarts.dropFirst()) + [gradients.elementCount]
        var buckets: [Range<Int>] = []
        var first = firstLearning
        for segment in firstLearning..<parameters.count
        where ends[segment] - gradients.segmentStarts[first] >= bucketElements {
            buckets.append(first..<segment + 1)
            first = segment + 1
        }
        return buckets + [first..<gradients.segmentCounts.count]
    }

    private func exchangedParts(of bucket: Range<Int>) -> [Range<Int>] {
        let starts = gradients.segmentStarts
        let end = bucket.upperBound < starts.count ? starts[bucket.upperBound] : gradients.elementCount
        return gradients.exchangedParts(of: starts[bucket.lowerBound]..<end)
    }

    private var firstLearning: Int { parameters.firstIndex(where: \.isLearning) ?? parameters.count }
}
