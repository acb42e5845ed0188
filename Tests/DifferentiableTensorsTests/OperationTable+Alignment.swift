import TensorKernels

@testable import DifferentiableTensors

/// Operations that losses between two domains are made of.
extension OperationTable {
    static let alignment: [OperationCase] = onMatrices + outerProducts + binaryLosses

    private static let onMatrices: [OperationCase] = matrices.flatMap { shape in
        [
            OperationCase("exponential()", [shape], tolerance: 4e-3) { $0[0].exponential() },
            OperationCase("covariance()", [shape]) { $0[0].covariance() },
            OperationCase("squaredRowDistances()", [shape]) { $0[0].squaredRowDistances() },
            OperationCase("squaredRowDistances()", variant: "far from the origin", [shape], prepare: moved) {
                $0[0].squaredRowDistances()
            },
        ]
    }

    @Sendable private static func moved(_ inputs: [Tensor]) {
        for x in inputs { x.addRowInPlace(.filled(100, shape: [x.columnCount])) }
    }

    private static let outerProducts: [OperationCase] =
        [(1, 1, 1), (3, 4, 2), (2, 17, 5), (0, 3, 2), (2, 0, 3)].flatMap { rows, m, n in
            [
                OperationCase("rowOuterProducts(_:_:)", [[rows, m], [rows, n]]) {
                    rowOuterProducts($0[0], $0[1])
                },
                OperationCase("rowOuterProducts(_:_:)", variant: "of the same", [[rows, m]]) {
                    rowOuterProducts($0[0], $0[0])
                },
            ]
        }

    private static let binaryLosses: [OperationCase] = matrices.flatMap { shape in
        [true, false].map { isPositive in
            OperationCase(
                "binaryCrossEntropy(_:isPositive:weight:)", variant: "\(isPositive)", [shape]
            ) { binaryCrossEntropy($0[0], isPositive: isPositive, weight: 0.5) }
        }
    }
}
