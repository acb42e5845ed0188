import CTensorKernels

/// A linear map's weight in a reduced precision, in the order in which the product's kernel reads it. It is a copy:
/// it does not follow changes of the weight.
public struct PackedWeight {
    public let precision: ReducedPrecision
    /// Columns of the input.
    public let inputCount: Int
    /// Columns of the result.
    public let outputCount: Int
    /// 32 bits an element, which are no Float32.
    private let words: Tensor
    /// For int8: of every output.
    private let scales: Tensor
    private let sums: [Int32]

    /// Inputs of a map in int8 at the most: more could overflow a sum.
    private static let mostInputs = 1 << 16

    /// - Parameters:
    ///   - weight: [outputs, inputs], or [inputs, outputs].
    ///   - isInputMajor: whether it is the latter.
    public init(_ weight: Tensor, isInputMajor: Bool = false, precision: ReducedPrecision) {
        precondition(weight.shape.count == 2, "weight of shape \(weight.shape)")
        let inputs = weight.shape[isInputMajor ? 0 : 1]
        let outputs = weight.shape[isInputMajor ? 1 : 0]
        self.precision = precision
        (inputCount, outputCount) = (inputs, outputs)
        let panelColumns = Int(GRAFT_PANEL_COLUMNS)
        let panels = (outputs + panelColumns - 1) / panelColumns
        words = Tensor(uninitialized: [panels, precision.wordCount(inputs), panelColumns])
        let (outputStep, inputStep) = isInputMajor ? (1, outputs) : (inputs, 1)
        switch precision {
        case .bfloat16:
            scales = .zeros([0])
            sums = []
            withPointers(weight, words) {
                graft_pack_bfloat16($0, outputs, inputs, outputStep, inputStep, $1)
            }
        case .int8:
            precondition(inputs < Self.mostInputs, "a map of \(inputs) inputs in int8")
            scales = Tensor(uninitialized: [outputs])
            var sums = [Int32](repeating: 0, count: outputs)
            withPointers(weight, words, scales) {
                graft_pack_int8($0, outputs, inputs, outputStep, inputStep, $1, $2, &sums)
            }
            self.sums = sums
        }
    }

    /// x · weightᵀ. A row of the result depends on that row of `x` alone, bit by bit, wherever it stands.
    /// - Parameter x: [rows, inputs].
    /// - Precondition: the precision is available on this processor.
    /// - Returns: [rows, outputs].
    public func product(_ x: Tensor) -> Tensor {
        precondition(precision.isAvailable, "this processor lacks \(precision.instructionSet)")
        precondition(x.columnCount == inputCount, "product of \(x.shape) with a map of \(inputCount) inputs")
        let rows = x.rowCount
        let result = Tensor(uninitialized: [rows, outputCount])
        let converted = Tensor(
            uninitialized: [min(rows, Int(GRAFT_BLOCK_ROWS)), precision.wordCount(inputCount)])
        withPointers(x, words, converted, result) { x, words, converted, result in
            switch precision {
            case .bfloat16:
                graft_bfloat16_product(x, words, converted, result, rows, inputCount, outputCount)
            case .int8:
                withPointers(scales) {
                    graft_int8_product(x, words, $0, sums, converted, result, rows, inputCount, outputCount)
                }
            }
        }
        return result
    }
}

extension ReducedPrecision {
    /// Words of 32 bits that so many numbers take.
    fileprivate func wordCount(_ count: Int) -> Int {
        switch self {
        case .bfloat16: (count + 1) / 2
        case .int8: (count + 3) / 4
        }
    }
}
