import DifferentiableTensors
import NeuralLayers
import TensorKernels
import Testing

/// Statistics of batch normalisation: what is observed, and what follows when.
@Suite struct BatchNorm2DTests {
    /// Two channels over four pixels: means 2.5 and 10, unbiased variances 5/3 and 16/3.
    private static var pixels: Tensor { Tensor([1, 8, 2, 8, 3, 12, 4, 12], shape: [1, 2, 2, 2]) }

    private static func run(_ norm: BatchNorm2D, _ context: ForwardContext) -> [Float] {
        norm(Variable(pixels), context: context).value.scalars
    }

    private static var training: ForwardContext { .training(seed: 1, step: 0, microBatch: 0) }

    private static func isNear(_ tensor: Tensor, _ expected: [Float]) -> Bool {
        zip(tensor.scalars, expected).allSatisfy { abs($0 - $1) < 1e-6 }
    }

    @Test func runningStatisticsWaitUntilToldToFollow() {
        let norm = BatchNorm2D("norm", channels: 2)
        _ = Self.run(norm, Self.training)
        #expect(norm.runningMean.value.scalars == [0, 0])
        #expect(norm.runningMean.observationCount == 1)
        for buffer in norm.buffers { buffer.followObservations() }
        // PyTorch: 0.9 · old + 0.1 · batch, the variance unbiased.
        #expect(Self.isNear(norm.runningMean.value, [0.25, 1]))
        #expect(Self.isNear(norm.runningVariance.value, [1.066667, 1.433333]))
        #expect(norm.runningMean.observationSum == nil)
    }

    @Test func severalMicroBatchesFollowTheirMean() {
        let buffer = Buffer("statistics", Tensor([1], shape: [1]), momentum: 0.5)
        for value: Float in [2, 4, 9] { buffer.observe(Tensor([value], shape: [1])) }
        buffer.followObservations()
        #expect(buffer.value.scalars == [3])
        buffer.observe(Tensor([7], shape: [1]))
        #expect(buffer.observationSum?.scalars == [7])
    }

    @Test func frozenAndEvaluatedNormsObserveNothing() {
        let norm = BatchNorm2D("norm", channels: 2)
        _ = Self.run(norm, .evaluation)
        norm.setTrainable(false)
        let frozen = Self.run(norm, Self.training)
        #expect(norm.runningMean.observationCount == 0)
        #expect(zip(frozen, Self.pixels.scalars).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
