import DifferentiableTensors
import TensorKernels

/// The weights' gradients of the micro-batches that ran so far in a step, kept as products until they are summed.
///
/// A backward pass splits in two: what goes on to the layer below is needed at once, a weight's own gradient is not
/// (Qi et al. 2023, "Zero Bubble Pipeline Parallelism", arXiv:2401.10241). Keeping its two factors, a few rows each,
/// until all micro-batches of this worker have run lets each weight be gone through once a step rather than once a
/// micro-batch. When they are summed is of no consequence for the bits: sums are of integers.
struct WeightGradients {
    /// More bytes of factors than this are better summed before the next micro-batch.
    static let limit = 256 << 20

    /// By parameter, then micro-batch.
    private var addends: [[[TransposedProduct]]]
    private var bytes = 0

    /// - Parameter count: parameters of the session.
    init(count: Int) {
        addends = Array(repeating: [], count: count)
    }

    var isAboveLimit: Bool { bytes > Self.limit }

    /// Runs a backward pass of one micro-batch, and keeps the products that it leaves.
    mutating func keep(_ parameters: [Parameter], during backward: () -> Void) {
        for parameter in parameters { parameter.keepsProducts = true }
        backward()
        for (index, parameter) in parameters.enumerated() {
            parameter.keepsProducts = false
            let products = parameter.takeProducts()
            guard !products.isEmpty else { continue }
            addends[index].append(products)
            bytes += products.reduce(0) { $0 + $1.factorBytes }
        }
    }

    /// Adds what is kept of one parameter to its segment, and lets go of it.
    mutating func add(to sums: FixedPointAccumulator, segment: Int) {
        bytes -= addends[segment].joined().reduce(0) { $0 + $1.factorBytes }
        sums.add(addends[segment], segment: segment)
        addends[segment] = []
    }
}
