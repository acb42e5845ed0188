import TensorKernels

/// How far sums of micro-batches' gradients are from the same sums in double precision: as integers, which is how
/// Graft adds them, and in Float32, as a ring does.
///
/// Errors are in units of the largest summed gradient of the parameter, so that those of one group can be put together.
struct SumErrors {
    /// Errors over many elements.
    struct Figures {
        private(set) var maximum = 0.0
        private var squares = 0.0
        private var count = 0

        mutating func add(_ error: Double) {
            maximum = max(maximum, abs(error))
            squares += error * error
            count += 1
        }

        var rootMeanSquare: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }
    }

    private(set) var integers = Figures()
    private(set) var ring = Figures()

    /// Adds what one parameter's sums are off by.
    ///
    /// - Parameters:
    ///   - addends: of every micro-batch.
    ///   - sum: of the same, by the accumulator.
    mutating func add(_ addends: [[Float]], sum: [Float]) {
        let exact = sum.indices.map { element in addends.reduce(0.0) { $0 + Double($1[element]) } }
        let largest = exact.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return }
        let single = Self.ringSum(addends)
        for element in exact.indices {
            integers.add((Double(sum[element]) - exact[element]) / largest)
            ring.add((Double(single[element]) - exact[element]) / largest)
        }
    }

    /// A ring of as many workers as there are addends: each adds its own to what comes, and every segment begins at
    /// another worker.
    private static func ringSum(_ addends: [[Float]]) -> [Float] {
        let (workers, count) = (addends.count, addends[0].count)
        return (0..<count).map { element in
            let first = element * workers / count
            return (1..<workers).reduce(addends[first][element]) {
                $0 + addends[(first + $1) % workers][element]
            }
        }
    }
}
