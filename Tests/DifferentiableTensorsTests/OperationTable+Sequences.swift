import TensorKernels

@testable import DifferentiableTensors

extension OperationTable {
    static let sequences: [OperationCase] = attention + picking

    private static let attention: [OperationCase] =
        [[1], [3, 1, 4], [2, 0, 19], []].flatMap(attentionCases)
    private static let picking: [OperationCase] =
        [[1], [3, 1, 4], [2, 5], []].flatMap(pickingCases) + [meanCase([0, 2], columns: 3)]

    private static func attentionCases(_ lengths: [Int]) -> [OperationCase] {
        let layout = SequenceLayout(lengths: lengths)
        let tokens = layout.tokenCount
        let plain = "multiHeadAttention(query:key:value:layout:headCount:dropout:)"
        let causal = "causalSelfAttention(_:layout:headCount:dropout:)"
        var cases = [
            OperationCase(plain, variant: "of one variable, \(lengths)", [[tokens, 1]]) {
                multiHeadAttention(query: $0[0], key: $0[0], value: $0[0], layout: layout, headCount: 1)
            },
            OperationCase(causal, variant: "one head, \(lengths)", [[tokens, 3]]) {
                causalSelfAttention($0[0], layout: layout, headCount: 1)
            },
        ]
        for probability: Float in [0, 0.3] {
            let variant = "\(lengths), dropout \(probability)"
            let dropout = (probability: probability, key: RandomKey(seed: 4))
            cases += [
                OperationCase(plain, variant: variant, Array(repeating: [tokens, 6], count: 3)) {
                    multiHeadAttention(
                        query: $0[0], key: $0[1], value: $0[2], layout: layout, headCount: 2,
                        dropout: dropout)
                },
                OperationCase(causal, variant: variant, [[tokens, 18]]) {
                    causalSelfAttention($0[0], layout: layout, headCount: 2, dropout: dropout)
                },
            ]
        }
        return cases
    }

    private static func pickingCases(_ lengths: [Int]) -> [OperationCase] {
        let layout = SequenceLayout(lengths: lengths)
        return [1, 3].flatMap { columns in
            let shape = [layout.tokenCount, columns]
            return [
                OperationCase("firstOfSequences(_:)", variant: "\(lengths)", [shape]) {
                    $0[0].firstOfSequences(layout)
                },
                OperationCase("lastOfSequences(_:)", variant: "\(lengths)", [shape]) {
                    $0[0].lastOfSequences(layout)
                },
                meanCase(lengths, columns: columns),
            ]
        }
    }

    private static func meanCase(_ lengths: [Int], columns: Int) -> OperationCase {
        let layout = SequenceLayout(lengths: lengths)
        return OperationCase(
            "meanOverSequences(_:)", variant: "\(lengths)", [[layout.tokenCount, columns]]
        ) { $0[0].meanOverSequences(layout) }
    }
}
