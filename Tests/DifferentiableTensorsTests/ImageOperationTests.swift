import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Operations on images; their gradients are in `OperationTable`.
@Suite struct ImageOperationTests {
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

    /// A single image has too few tiles for Winograd's way: the sums over images are of plain ones.
    @Test(arguments: [(8, 8, 13, 1), (16, 24, 14, 1), (19, 33, 9, 0), (64, 16, 7, 1)])
    func winogradsWeightGradientsEqualPlainOnes(inputs: Int, outputs: Int, side: Int, padding: Int) {
        let shape = ConvolutionShape(
            inputs: inputs, outputs: outputs, kernelHeight: 3, kernelWidth: 3, padding: padding)
        let images = randomTensor([20, side, side, inputs], key: 1)
        let size = side + 2 * padding - 2
        let upstream = randomTensor([20, size, size, outputs], key: 2)
        let whole = randomTensor(shape.weightShape, key: 3)
        let sum = whole.copy()
        upstream.convolutionWeightGradient(shape, images: images, into: whole, adds: true)
        for image in 0..<20 {
            let rows = image..<image + 1
            upstream.rows(rows).convolutionWeightGradient(
                shape, images: images.rows(rows), into: sum, adds: true)
        }
        #expect(largestDifference(whole, sum) <= 3e-5 * sum.maximumMagnitude())
        #expect(!whole.isIdentical(to: sum), "Winograd's way was not taken")
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

    @Test func somethingNotANumberWinsInPooling() {
        let x = Tensor([1, .nan, 3, 2], shape: [1, 2, 2, 1])
        let windows = ImageWindows(2, 2, stride: 2)
        #expect(x.maximumPooled(windows).result.scalar.isNaN)
        #expect(x.maximumPooled(windows, keepsWinners: true).winners?.scalar == 1)
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

    @Test func relu6StopsAtSix() {
        let x = Tensor([-1, 0, 3, 6, 9, .nan], shape: [6])
        let y = x.rectified(by: .relu6).scalars
        #expect(Array(y.prefix(5)) == [0, 0, 3, 6, 6])
        #expect(y[5].isNaN)
    }
}

func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    a.shape == b.shape ? zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
