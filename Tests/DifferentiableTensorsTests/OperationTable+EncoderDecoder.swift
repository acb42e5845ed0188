import TensorKernels

@testable import DifferentiableTensors

extension OperationTable {
    /// Operations of T5's kind of transformer.
    static let encoderDecoder: [OperationCase] =
        rootMeanSquares + betweenLayouts + [[1], [3, 1, 4], [2, 0, 5], []].flatMap(biasedCases) + distances

    private static let attention =
        "biasedAttention(query:key:value:queryLayout:keyLayout:headCount:diagonals:isCausal:dropout:)"

    private static let rootMeanSquares: [OperationCase] = [[0, 5], [1, 1], [4, 16], [3, 37]].map { shape in
        OperationCase("rootMeanSquareNormalization(_:scale:epsilon:)", [shape, [shape[1]]]) {
            rootMeanSquareNormalization($0[0], scale: $0[1], epsilon: 1e-3)
        }
    }

    private static let betweenLayouts: [OperationCase] = [
        ([1], [1], 1), ([3, 1, 4], [2, 5, 1], 6), ([2, 0, 3], [4, 3, 0], 6), ([], [], 6),
    ].flatMap { (queries: [Int], keys: [Int], columns: Int) in
        let (to, from) = (SequenceLayout(lengths: queries), SequenceLayout(lengths: keys))
        let shapes = [[to.tokenCount, columns], [from.tokenCount, columns], [from.tokenCount, columns]]
        return [Float(0), 0.3].map { probability in
            OperationCase(attention, variant: "\(queries) to \(keys), dropout \(probability)", shapes) {
                biasedAttention(
                    query: $0[0], key: $0[1], value: $0[2], queryLayout: to, keyLayout: from,
                    headCount: columns == 1 ? 1 : 2, dropout: (probability, RandomKey(seed: 4)))
            }
        }
    }

    private static func biasedCases(_ lengths: [Int]) -> [OperationCase] {
        let layout = SequenceLayout(lengths: lengths)
        let shapes = Array(repeating: [layout.tokenCount, 6], count: 3) + [[2, 11]]
        return [false, true].map { isCausal in
            OperationCase(attention, variant: "\(lengths), biased, causal \(isCausal)", shapes) {
                biasedAttention(
                    query: $0[0], key: $0[1], value: $0[2], queryLayout: layout, keyLayout: layout,
                    headCount: 2,
                    diagonals: $0[3], isCausal: isCausal)
            }
        }
    }

    private static let distances: [OperationCase] = [
        ([1, 1], [0]), ([3, 4], [2, 1, 0]), ([3, 4], [0, 0, 1, 2, 2]), ([3, 0], [1, 1, 2]),
    ].map { (shape: [Int], buckets: [Int]) in
        OperationCase("distanceBias(_:buckets:)", variant: "\(buckets)", [shape]) {
            distanceBias($0[0], buckets: buckets)
        }
    }
}
