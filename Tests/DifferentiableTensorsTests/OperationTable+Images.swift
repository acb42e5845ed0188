import TensorKernels

@testable import DifferentiableTensors

extension OperationTable {
    static let imageOperations: [OperationCase] = [
        convolutions.flatMap(\.cases), pooling, shortcuts, channels, batchNormalizations,
        Rectifier.allCases.flatMap(rectifierCases),
    ].flatMap { $0 }

    struct Convolution: Sendable {
        var images = 2, height = 5, width = 4, inputs = 3, outputs = 2
        var kernel = (3, 3)
        var stride = 1, padding = 1, groups = 1

        var shape: ConvolutionShape {
            ConvolutionShape(
                inputs: inputs, outputs: outputs, kernelHeight: kernel.0, kernelWidth: kernel.1,
                stride: stride, padding: padding, groups: groups)
        }

        var cases: [OperationCase] {
            let shape = shape
            let shapes: [[Int]] = [[images, height, width, inputs], shape.weightShape, [outputs]]
            let name = "convolution(_:weight:bias:shape:independently:)"
            let variant = "stride \(stride), padding \(padding), groups \(groups)"
            // Differences of Winograd's sums are less exact.
            let tolerance = min(inputs, outputs) >= 8 && stride == 1 && groups == 1 ? 2e-2 : 4e-3
            return [
                OperationCase(name, variant: variant, shapes, tolerance: tolerance) {
                    convolution($0[0], weight: $0[1], bias: $0[2], shape: shape)
                },
                // A second use adds to the gradients.
                OperationCase(
                    name, variant: "\(variant), twice", Array(shapes.dropLast()), tolerance: tolerance
                ) {
                    let first = convolution($0[0], weight: $0[1], shape: shape)
                    return first + convolution($0[0], weight: $0[1], shape: shape)
                },
            ]
        }
    }

    private static let convolutions: [Convolution] = [
        Convolution(),
        Convolution(stride: 2),
        // By Winograd's way: whole tiles, parts of them, and no padding.
        Convolution(height: 4, width: 4, inputs: 8, outputs: 8),
        Convolution(images: 1, height: 7, width: 6, inputs: 9, outputs: 17),
        Convolution(images: 2, height: 7, width: 3, inputs: 8, outputs: 10, padding: 0),
        Convolution(images: 1, height: 1, width: 1, inputs: 8, outputs: 8, padding: 2),
        Convolution(images: 0, inputs: 8, outputs: 8),
        Convolution(kernel: (1, 1), padding: 0),
        Convolution(kernel: (1, 1), stride: 2, padding: 0),
        Convolution(kernel: (1, 1), padding: 2),
        Convolution(kernel: (2, 3), stride: 2, padding: 0),
        Convolution(height: 6, width: 7, inputs: 4, outputs: 6, stride: 3, padding: 2, groups: 2),
        Convolution(inputs: 17, outputs: 17, groups: 17),
        Convolution(inputs: 3, outputs: 3, stride: 2, groups: 3),
        Convolution(inputs: 2, outputs: 4, groups: 2),
        Convolution(images: 1, height: 1, width: 1, inputs: 1, outputs: 1, kernel: (1, 1), padding: 0),
        Convolution(images: 1, height: 1, width: 1, inputs: 1, outputs: 1),
        Convolution(images: 0),
        Convolution(images: 0, inputs: 3, outputs: 3, groups: 3),
        // The window is larger than the image: no results.
        Convolution(images: 1, height: 2, width: 2, padding: 0),
    ]

    private static let pooling: [OperationCase] = [
        ([2, 5, 4, 3], ImageWindows(3, 3, stride: 2, padding: 1)),
        ([1, 1, 1, 1], ImageWindows(1, 1, stride: 1)),
        ([2, 4, 6, 17], ImageWindows(2, 3, stride: 2)), ([0, 4, 4, 2], ImageWindows(2, 2, stride: 2)),
        ([1, 4, 4, 2], ImageWindows(5, 5, stride: 1)),
    ].flatMap { shape, windows in
        [
            OperationCase("maximumPooled(_:)", [shape], prepare: apart) { $0[0].maximumPooled(windows) },
            OperationCase("averagePooled(_:countsPadding:)", [shape]) { $0[0].averagePooled(windows) },
            OperationCase("averagePooled(_:countsPadding:)", variant: "without padding", [shape]) {
                $0[0].averagePooled(windows, countsPadding: false)
            },
            OperationCase("globallyAveragePooled()", [shape]) { $0[0].globallyAveragePooled() },
        ]
    }

    /// Distinct numbers further apart than the step of the differences.
    @Sendable private static func apart(_ inputs: [Tensor]) {
        let x = inputs[0]
        for element in 0..<x.count { x[element] = Float(element * 7919 % max(x.count, 1)) * 0.1 - 3 }
    }

    private static let shortcuts: [OperationCase] = [
        ([2, 5, 4, 3], 2, 7), ([1, 1, 1, 1], 1, 1), ([0, 4, 4, 2], 2, 4), ([1, 4, 4, 16], 2, 32),
    ].map { shape, stride, channels in
        OperationCase("zeroPaddedShortcut(stride:channels:)", [shape]) {
            $0[0].zeroPaddedShortcut(stride: stride, channels: channels)
        }
    }

    private static let channels: [OperationCase] = [
        [2, 5, 4, 3], [3, 2, 2, 17], [1, 1, 1, 1], [0, 4, 4, 2], [2, 0, 3, 2],
    ].flatMap { shape in
        [
            OperationCase("channelDropout(probability:key:)", [shape]) {
                $0[0].channelDropout(probability: 0.4, key: RandomKey(seed: 3))
            },
            OperationCase("flattenedByChannel()", [shape]) { $0[0].flattenedByChannel() },
        ]
    }

    private static let batchNormalizations: [OperationCase] =
        [[3, 2, 2, 3], [5, 1, 1, 17], [2, 2, 1, 70], [0, 2, 2, 3], [1, 1, 1, 1]].flatMap { shape in
            let row: [Int] = [shape[3]]
            let squares = randomTensor(row, key: 6)
            let moments = ColumnMomentsValues(
                mean: randomTensor(row, key: 5).scalars,
                variance: squares.multiplied(by: squares).scalars)
            return [
                OperationCase(
                    "batchNormalization(_:scale:shift:residual:rectifier:epsilon:)",
                    [shape, row, row, shape], tolerance: 1e-2
                ) {
                    batchNormalization(
                        $0[0], scale: $0[1], shift: $0[2], residual: $0[3], epsilon: 0.1
                    ).result
                },
                OperationCase(
                    "batchNormalization(_:scale:shift:residual:rectifier:epsilon:moments:)",
                    [shape, row, row, shape]
                ) {
                    batchNormalization(
                        $0[0], scale: $0[1], shift: $0[2], residual: $0[3], epsilon: 0.1,
                        moments: moments.moments)
                },
            ]
        }

    /// Tensors stay in one isolation domain; the table does not.
    private struct ColumnMomentsValues: Sendable {
        let mean: [Float]
        let variance: [Float]

        var moments: ColumnMoments {
            ColumnMoments(
                mean: Tensor(mean, shape: [mean.count]), variance: Tensor(variance, shape: [variance.count]))
        }
    }

    private static func rectifierCases(_ rectifier: Rectifier) -> [OperationCase] {
        [[3, 2, 2, 5], [1, 1, 1, 1], [0, 2, 2, 3]].flatMap { shape in
            let fixed = ColumnMomentsValues(
                mean: Array(repeating: 0, count: shape[3]), variance: Array(repeating: 1, count: shape[3]))
            return [
                OperationCase(
                    "rectified(by:adding:)", variant: "\(rectifier)", [shape], prepare: awayFromCorners
                ) {
                    $0[0].rectified(by: rectifier)
                },
                OperationCase(
                    "rectified(by:adding:)", variant: "\(rectifier) of a sum", [shape, shape],
                    prepare: awayFromCorners
                ) {
                    $0[0].rectified(by: rectifier, adding: $0[1])
                },
                OperationCase(
                    "batchNormalization(_:scale:shift:residual:rectifier:epsilon:moments:)",
                    variant: "\(rectifier)",
                    [shape, shape], prepare: awayFromCorners
                ) {
                    batchNormalization(
                        $0[0], scale: Variable(.filled(1, shape: [shape[3]])),
                        shift: Variable(.zeros([shape[3]])),
                        residual: $0[1], rectifier: rectifier, epsilon: 0, moments: fixed.moments)
                },
            ]
        }
    }

    /// Away from 0 and 6, the first input alone and the sum of both.
    @Sendable private static func awayFromCorners(_ inputs: [Tensor]) {
        let x = inputs[0]
        x.scaleInPlace(by: 4)
        for element in 0..<x.count {
            let sum = x[element] + (inputs.count > 1 ? inputs[1][element] : 0)
            for corner in [x[element], sum, x[element] - 6, sum - 6] where abs(corner) < 0.1 {
                x[element] += 0.25
            }
        }
    }
}
