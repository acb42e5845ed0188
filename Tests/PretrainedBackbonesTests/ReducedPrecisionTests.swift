import DifferentiableTensors
import PretrainedBackbones
import TensorKernels
import Testing

/// Frozen forward passes in reduced precision, on processors that have the instructions.
@Suite struct ReducedPrecisionTests {
    private static let available = ReducedPrecision.allCases.filter(\.isAvailable)
    private static let families = ["tiny-bert", "tiny-roberta", "tiny-distilbert", "tiny-gpt2", "tiny-t5"]

    private func samples(_ backbone: any TransformerBackbone) -> [[Int32]] {
        [2, 3, 5, 15, 16, 17, 7, 2].enumerated().map { index, length in
            (0..<min(length, backbone.maximumLength)).map { place in
                Int32((place * 7 + index * 31) % (backbone.vocabularySize - 1)) + 1
            }
        }
    }

    private func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
        var (difference, size) = (0.0, 0.0)
        for (x, y) in zip(a.scalars, b.scalars) {
            difference += Double(x - y) * Double(x - y)
            size += Double(y) * Double(y)
        }
        return (difference / size).squareRoot()
    }

    @Test(
        .enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: families,
        available)
    func featuresAreNearThoseOfFloat32(family: String, precision: ReducedPrecision) throws {
        let backbone = try BackboneCatalog.load(folder: Resources.url(family))
        let batch = TokenBatch(samples(backbone))
        let exact = backbone.frozenForward(batch, belowCut: backbone.layerCount)
        let weights = PackedWeights(precision: precision)
        let reduced = backbone.frozenForward(batch, belowCut: backbone.layerCount, weights: weights)
        let error = relativeError(reduced, exact)
        // Not Float32's bits, or nothing was reduced.
        #expect(error > 1e-5 && error < (precision == .int8 ? 0.1 : 0.02), "\(error)")
        let again = backbone.frozenForward(batch, belowCut: backbone.layerCount, weights: weights)
        #expect(again.isIdentical(to: reduced))
        let embedded = backbone.frozenForward(batch, belowCut: 0, weights: weights)
        #expect(embedded.isIdentical(to: backbone.frozenForward(batch, belowCut: 0)))
    }

    @Test(
        .enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: families,
        available)
    func featuresOfASampleAreTheSameBitsInAnyBatch(family: String, precision: ReducedPrecision) throws {
        let backbone = try BackboneCatalog.load(folder: Resources.url(family))
        let samples = samples(backbone)
        let weights = PackedWeights(precision: precision)
        let cut = backbone.layerCount
        let alone = samples.map { backbone.frozenForward(TokenBatch([$0]), belowCut: cut, weights: weights) }
        for order in [Array(samples.indices), samples.indices.reversed(), [3, 0, 6], [5, 2]] {
            let batch = TokenBatch(order.map { samples[$0] })
            let together = backbone.frozenForward(batch, belowCut: cut, weights: weights)
            for (place, index) in order.enumerated() {
                let rows = together.rows(batch.layout.rows(place))
                #expect(rows.isIdentical(to: alone[index]), "\(order) \(index)")
            }
        }
    }
}
