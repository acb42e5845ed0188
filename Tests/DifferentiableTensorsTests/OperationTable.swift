import TensorKernels

@testable import DifferentiableTensors

/// Every operation of the module, over ordinary shapes, the empty one and the single element.
enum OperationTable {
    static let all: [OperationCase] = [
        arithmetic, activations, products, normalizations, rowStructure, losses, sequences, encoderDecoder,
        imageOperations, alignment,
    ].flatMap { $0 }

    static let matrices = [[1, 1], [3, 4], [5, 17], [0, 3]]

    private static let arithmetic: [OperationCase] = matrices.flatMap { shape in
        [
            OperationCase("+(a:b:)", [shape, shape]) { $0[0] + $0[1] },
            OperationCase("+(a:b:)", variant: "of a row", [shape, [shape[1]]]) { $0[0] + $0[1] },
            OperationCase("-(a:b:)", [shape, shape]) { $0[0] - $0[1] },
            OperationCase("*(a:b:)", [shape, shape]) { $0[0] * $0[1] },
            OperationCase("*(a:b:)", variant: "of the same twice", [shape]) { $0[0] * $0[0] },
            OperationCase("scaled(by:)", [shape]) { $0[0].scaled(by: -1.5) },
            OperationCase("dropout(probability:key:)", [shape]) {
                $0[0].dropout(probability: 0.4, key: RandomKey(seed: 3))
            },
            OperationCase("reversingGradient(lambda:)", [shape], gradientFactor: -0.5) {
                $0[0].reversingGradient(lambda: 0.5)
            },
        ]
    }

    private static let activations: [OperationCase] = matrices.flatMap { shape in
        let named: [OperationCase] = [
            OperationCase("gelu()", [shape]) { $0[0].gelu() },
            OperationCase("tanh()", [shape]) { $0[0].tanh() },
            OperationCase("relu()", [shape], prepare: awayFromZero) { $0[0].relu() },
            OperationCase("softmax()", [shape]) { $0[0].softmax() },
        ]
        let any: [OperationCase] = Activation.allCases.map { activation in
            OperationCase("activated(_:)", variant: "\(activation)", [shape], prepare: awayFromZero) {
                $0[0].activated(activation)
            }
        }
        return named + any
    }

    /// Finite differences are wrong across a rectifier's corner.
    @Sendable static func awayFromZero(_ inputs: [Tensor]) {
        for x in inputs {
            for element in 0..<x.count where abs(x[element]) < 0.05 { x[element] = 0.1 }
        }
    }

    private static let products: [OperationCase] =
        [(1, 1, 1), (3, 2, 4), (17, 9, 5), (0, 2, 3), (2, 3, 0)].flatMap(productCases)

    private static func productCases(_ m: Int, _ n: Int, _ k: Int) -> [OperationCase] {
        let weightMajor = "linear(_:weight:bias:activation:)"
        let inputMajor = "linear(_:inputMajorWeight:bias:activation:)"
        var cases = [
            OperationCase("matrixProduct(_:_:)", [[m, k], [k, n]]) { matrixProduct($0[0], $0[1]) },
            OperationCase(weightMajor, [[m, k], [n, k]]) { linear($0[0], weight: $0[1]) },
            OperationCase(inputMajor, [[m, k], [k, n]]) { linear($0[0], inputMajorWeight: $0[1]) },
        ]
        for activation in [nil, Activation.gelu, .geluTanh, .tanh] {
            let name = activation?.rawValue ?? "with bias"
            cases += [
                OperationCase(weightMajor, variant: name, [[m, k], [n, k], [n]], tolerance: 4e-3) {
                    linear($0[0], weight: $0[1], bias: $0[2], activation: activation)
                },
                OperationCase(inputMajor, variant: name, [[m, k], [k, n], [n]], tolerance: 4e-3) {
                    linear($0[0], inputMajorWeight: $0[1], bias: $0[2], activation: activation)
                },
            ]
        }
        return cases
    }

    private static let normalizations: [OperationCase] = [[3, 4], [2, 17], [0, 3], [1, 1]].flatMap { shape in
        [
            OperationCase("layerNormalization(_:residual:scale:shift:epsilon:)", variant: "plain", [shape]) {
                layerNormalization($0[0], epsilon: 1e-2)
            },
            OperationCase(
                "layerNormalization(_:residual:scale:shift:epsilon:)", [shape, shape, [shape[1]], [shape[1]]]
            ) {
                layerNormalization($0[0], residual: $0[1], scale: $0[2], shift: $0[3], epsilon: 1e-2)
            },
        ]
    }

    private static let rowStructure: [OperationCase] = views + stacks + lookups

    private static let views: [OperationCase] = [
        OperationCase("reshaped(_:)", [[4, 3]]) { $0[0].reshaped([2, 6]) },
        OperationCase("reshaped(_:)", [[1]]) { $0[0].reshaped([1, 1, 1]) },
        OperationCase("reshaped(_:)", [[0, 3]]) { $0[0].reshaped([2, 0]) },
        OperationCase("rows(_:)", [[4, 3]]) { $0[0].rows(1..<3) },
        OperationCase("rows(_:)", variant: "that overlap", [[4, 3]]) {
            $0[0].rows(0..<2) * $0[0].rows(1..<3)
        },
        OperationCase("rows(_:)", variant: "none", [[4, 3]]) { $0[0].rows(2..<2) },
        OperationCase("rows(_:)", [[0, 3]]) { $0[0].rows(0..<0) },
        OperationCase("rows(_:)", [[1, 1]]) { $0[0].rows(0..<1) },
    ]

    private static let stacks: [OperationCase] = [([4, 3], [2, 3]), ([1, 1], [1, 1]), ([0, 2], [0, 2])].map {
        OperationCase("concatenatingRows(_:)", [$0, $1]) { .concatenatingRows([$0[0], $0[1], $0[0]]) }
    }

    private static let lookups: [OperationCase] =
        [([4, 3], [3, 0, 3]), ([4, 3], []), ([1, 1], [0]), ([0, 3], [])].flatMap { shape, indices in
            [
                OperationCase("gatheredRows(_:)", variant: "\(indices)", [shape]) {
                    $0[0].gatheredRows(indices)
                },
                OperationCase("embeddingLookup(_:indices:)", variant: "\(indices)", [shape]) {
                    embeddingLookup($0[0], indices: indices)
                },
            ]
        }

    private static let losses: [OperationCase] =
        means
        + [[1, 1], [4, 3], [2, 20], [0, 3]].flatMap { shape in
            let labels = (0..<shape[0]).map { $0 * 5 % shape[1] }
            let targets = randomTensor(shape, key: 2).scalars.map(abs)
            return [
                OperationCase("crossEntropy(_:labels:weight:)", [shape]) {
                    crossEntropy($0[0], labels: labels, weight: 0.5)
                },
                OperationCase("crossEntropy(_:targets:weight:)", [shape]) {
                    crossEntropy($0[0], targets: Tensor(targets, shape: shape), weight: 0.5)
                },
                OperationCase("sum()", [shape]) { $0[0].sum() },
            ]
        }

    private static let means: [OperationCase] = [[1, 1], [3, 4]].map { shape in
        OperationCase("mean()", [shape]) { $0[0].mean() }
    }
}
