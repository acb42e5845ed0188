/// How the elements of a step's sums are cut into segments, which follow one another.
struct SumSegments {
    /// Elements of each segment.
    let counts: [Int]
    /// First element of each segment.
    let starts: [Int]
    /// Elements of all segments.
    let elementCount: Int

    init(_ counts: [Int]) {
        self.counts = counts
        var starts: [Int] = []
        var total = 0
        for count in counts {
            precondition(count >= 0, "negative segment")
            starts.append(total)
            total += count
        }
        self.starts = starts
        elementCount = total
    }

    /// Elements of segment `index`.
    func elements(of index: Int) -> Range<Int> { starts[index]..<starts[index] + counts[index] }

    /// - Throws: `TensorKernelsError` `.outOfRange` where a range is not of these elements.
    func requireElements(_ range: Range<Int>) throws {
        guard range.lowerBound >= 0, range.upperBound <= elementCount else {
            throw TensorKernelsError(.outOfRange, "elements \(range) of sums of \(elementCount) elements")
        }
    }
}
