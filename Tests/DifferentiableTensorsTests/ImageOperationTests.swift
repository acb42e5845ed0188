import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Gradients of operations on images by finite differences.
@Suite struct ImageOperationTests {
    struct Convolution: Sendable, CustomTestStringConvertible {
        var images = 2, height = 5, width = 4, inputs = 3, outputs = 2
        var kernel = (3, 3)
        var stride = 1, padding = 1, groups = 1

        var shape: ConvolutionShape {
            ConvolutionShape(
                inputs: inputs, outputs: outputs, kernelHeight: kernel.0, kernelWidth: kernel.1,
                stride: stride, padding: padding, groups: groups)
        }
        var testDescription: String {
            "\(images)x\(height)x\(width) \(inputs)->\(outputs) \(kernel) s\(stride) p\(padding) g\(groups)"
        }
    }

    @Test(arguments: [
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
    ]) func convolutions(_ size: Convolution) {
        let x = randomTensor([size.images, size.height, size.width, size.inputs], key: 1)
        let weight = randomTensor(size.shape.weightShape, key: 2)
        let bias = randomTensor([size.outputs], key: 3)
        // Differences of Winograd's sums are less exact.
        let tolerance =
            min(size.inputs, size.outputs) >= 8 && size.stride == 1 && size.groups == 1 ? 2e-2 : 4e-3
        expectGradientsMatch([x, weight, bias], tolerance: tolerance) {
            convolution($0[0], weight: $0[1], bias: $0[2], shape: size.shape)
        }
        // A second use adds to the gradients.
        expectGradientsMatch([x, weight], tolerance: tolerance) {
            let first = convolution($0[0], weight: $0[1], shape: size.shape)
            return first + convolution($0[0], weight: $0[1], shape: size.shape)
        }
    }

    @Test(arguments: [(8, 8, 9, 0), (16, 24, 14, 1), (64, 32, 7, 1), (33, 70, 30, 2)])
    func winogradsSumsEqualPlainOnes(inputs: Int, outputs: Int, side: Int, padding: Int) {
        let shape = ConvolutionShape(
            inputs: inputs, outputs: outputs, kernelHeight: 3, kernelWidth: 3, padding: padding)
        let x = randomTensor([3, side, side, inputs], key: 1)
        let weight = PackedConvolutionWeight(randomTensor(shape.weightShape, key: 2), shape)
        let ending = ConvolutionEnding(bias: randomTensor([outputs], key: 3), rectifier: .relu)
        let plain = x.convolved(weight, ending: ending, exactly: true)
        for independently in [false, true] {
            let result = x.convolved(weight, ending: ending, independently: independently)
            #expect(largestDifference(result, plain) <= 3e-5 * plain.maximumMagnitude())
            #expect(!result.isIdentical(to: plain), "Winograd's way was not taken")
        }
    }

    @Test func stretchesOfPatchesAddUp() {
        // More rows than one stretch has.
        let shape = ConvolutionShape(inputs: 3, outputs: 5, kernelHeight: 3, kernelWidth: 3, padding: 1)
        let x = randomTensor([3, 160, 100, 3], key: 1)
        let weight = randomTensor(shape.weightShape, key: 2)
        let whole = convolution(Variable(x), weight: Variable(weight), shape: shape)
        let upstream = randomTensor(whole.shape, key: 3)
        let variable = Variable(weight, requiresGradient: true)
        convolution(Variable(x), weight: variable, shape: shape).backward(seed: upstream)
        let sum = Tensor.zeros(weight.shape)
        for image in 0..<3 {
            let part = Variable(weight, requiresGradient: true)
            let rows = image..<image + 1
            let result = convolution(Variable(x.rows(rows)), weight: part, shape: shape)
            #expect(largestDifference(result.value, whole.value.rows(rows)) < 1e-5)
            result.backward(seed: upstream.rows(rows))
            if let gradient = part.gradient { sum.addInPlace(gradient) }
        }
        #expect(largestDifference(variable.gradient ?? .zeros([0]), sum) < 1e-4 * sum.maximumMagnitude())
    }

    @Test(arguments: [(16, 3, 32), (16, 3, 9), (64, 1, 7), (130, 3, 14), (4, 3, 3)])
    func imagesDoNotDependOnTheirNeighbours(channels: Int, kernel: Int, side: Int) {
        let shape = ConvolutionShape(
            inputs: channels, outputs: channels, kernelHeight: kernel, kernelWidth: kernel,
            padding: kernel / 2)
        let x = randomTensor([7, side, side, channels], key: 1)
        let weight = PackedConvolutionWeight(randomTensor(shape.weightShape, key: 2), shape)
        let all = x.convolved(weight, independently: true)
        for images in [0..<1, 2..<5, 6..<7, 1..<7] {
            let part = x.rows(images).convolved(weight, independently: true)
            #expect(part.isIdentical(to: all.rows(images)))
        }
    }

    @Test(arguments: [
        ([2, 5, 4, 3], ImageWindows(3, 3, stride: 2, padding: 1)),
        ([1, 1, 1, 1], ImageWindows(1, 1, stride: 1)),
        ([2, 4, 6, 17], ImageWindows(2, 3, stride: 2)), ([0, 4, 4, 2], ImageWindows(2, 2, stride: 2)),
        ([1, 4, 4, 2], ImageWindows(5, 5, stride: 1)),
    ]) func pooling(shape: [Int], windows: ImageWindows) {
        // Distinct numbers further apart than the step of the differences.
        let x = randomTensor(shape, key: 1)
        for element in 0..<x.count { x[element] = Float(element * 7919 % max(x.count, 1)) * 0.1 - 3 }
        expectGradientsMatch([x]) { $0[0].maximumPooled(windows) }
        expectGradientsMatch([x]) { $0[0].averagePooled(windows) }
        expectGradientsMatch([x]) { $0[0].averagePooled(windows, countsPadding: false) }
        expectGradientsMatch([x]) { $0[0].globallyAveragePooled() }
    }

    @Test func somethingNotANumberWinsInPooling() {
        let x = Tensor([1, .nan, 3, 2], shape: [1, 2, 2, 1])
        let windows = ImageWindows(2, 2, stride: 2)
        #expect(x.maximumPooled(windows).result.scalar.isNaN)
        #expect(x.maximumPooled(windows, keepsWinners: true).winners?.scalar == 1)
    }

    @Test(arguments: [[3, 2, 2, 3], [5, 1, 1, 17], [2, 2, 1, 70], [0, 2, 2, 3]])
    func batchNormalizations(_ shape: [Int]) {
        let (x, residual) = (randomTensor(shape, key: 1), randomTensor(shape, key: 4))
        let (scale, shift) = (randomTensor([shape[3]], key: 2), randomTensor([shape[3]], key: 3))
        expectGradientsMatch([x, scale, shift, residual], tolerance: 1e-2) {
            batchNormalization($0[0], scale: $0[1], shift: $0[2], residual: $0[3], epsilon: 0.1).result
        }
        let deviation = randomTensor([shape[3]], key: 6)
        let moments = ColumnMoments(
            mean: randomTensor([shape[3]], key: 5), variance: deviation.multiplied(by: deviation))
        expectGradientsMatch([x, scale, shift, residual]) {
            batchNormalization(
                $0[0], scale: $0[1], shift: $0[2], residual: $0[3], epsilon: 0.1, moments: moments)
        }
    }

    @Test func momentsOfManyRowsAreExact() {
        // A large mean and a small deviation: single-precision sums would lose the variance.
        let x = randomTensor([70_001, 3], key: 1)
        for element in 0..<x.count { x[element] = 100 + x[element] * 0.5 }
        let moments = x.columnMoments()
        for column in 0..<3 {
            let values = stride(from: column, to: x.count, by: 3).map { Double(x[$0]) }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            #expect(abs(Double(moments.mean[column]) - mean) < 1e-5 * mean)
            #expect(abs(Double(moments.variance[column]) - variance) < 1e-5 * variance)
        }
    }

    @Test(arguments: Rectifier.allCases) func rectifiers(_ rectifier: Rectifier) {
        let x = randomTensor([3, 2, 2, 5], key: 1).scaled(by: 4)
        let residual = randomTensor(x.shape, key: 2)
        for element in 0..<x.count {
            // Finite differences are wrong across the corners.
            let sum = x[element] + residual[element]
            for corner in [x[element], sum, x[element] - 6, sum - 6] where abs(corner) < 0.1 {
                x[element] += 0.25
            }
        }
        expectGradientsMatch([x]) { $0[0].rectified(by: rectifier) }
        expectGradientsMatch([x, residual]) { $0[0].rectified(by: rectifier, adding: $0[1]) }
        let ones = Tensor.filled(1, shape: [5])
        let moments = ColumnMoments(mean: .zeros([5]), variance: ones)
        expectGradientsMatch([x, residual]) {
            batchNormalization(
                $0[0], scale: Variable(ones), shift: Variable(.zeros([5])), residual: $0[1],
                rectifier: rectifier, epsilon: 0, moments: moments)
        }
    }

    @Test func relu6StopsAtSix() {
        let x = Tensor([-1, 0, 3, 6, 9, .nan], shape: [6])
        let y = x.rectified(by: .relu6).scalars
        #expect(Array(y.prefix(5)) == [0, 0, 3, 6, 6])
        #expect(y[5].isNaN)
    }

    @Test(arguments: [
        ([2, 5, 4, 3], 2, 7), ([1, 1, 1, 1], 1, 1), ([0, 4, 4, 2], 2, 4), ([1, 4, 4, 16], 2, 32),
    ])
    func zeroPaddedShortcuts(shape: [Int], stride: Int, channels: Int) {
        expectGradientsMatch([randomTensor(shape, key: 1)]) {
            $0[0].zeroPaddedShortcut(stride: stride, channels: channels)
        }
    }
}

func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    a.shape == b.shape ? zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
