import DifferentiableTensors
import TensorKernels
import Testing

@testable import Optimizers

@Suite struct LayerwiseDecayTests {
    private func parameter(_ name: String, _ shape: [Int]) -> Parameter {
        let parameter = Parameter(name, shape: shape)
        parameter.value.fillNormal(standardDeviation: 1, key: 3)
        return parameter
    }

    private func update(_ optimizer: any Optimizer, rate: Float) {
        for step in 0..<3 {
            for parameter in optimizer.parameters {
                parameter.setGradient { $0.fillNormal(standardDeviation: 1, key: UInt64(step)) }
            }
            optimizer.update(learningRate: rate, gradientScale: 1)
        }
    }

    @Test func ratesFallFromTheTopAndFrozenLayersCount() {
        let frozen = parameter("frozen", [2, 2])
        frozen.isTrainable = false
        let layers = [
            [parameter("embedding", [3, 2])], [frozen], [parameter("w", [2, 2]), parameter("b", [2])],
            [parameter("head", [2, 2])],
        ]
        let groups = ParameterGroup.layerwise(layers, decay: 0.5, weightDecay: 0.1)
        #expect(groups.map { $0.parameters.map(\.name) } == [["embedding"], ["w"], ["b"], ["head"]])
        #expect(groups.map(\.learningRateFactor) == [0.125, 0.5, 0.5, 1])
        #expect(groups.map(\.weightDecay) == [0.1, 0.1, 0, 0.1])
    }

    /// A layer learns as it would by itself at its own rate.
    @Test(arguments: [0, 1, 2]) func layersLearnAtTheirRates(layer: Int) {
        func layers() -> [[Parameter]] { (0..<3).map { [parameter("layer.\($0)", [4, 3])] } }
        let together = layers()
        update(AdamW(groups: ParameterGroup.layerwise(together, decay: 0.25, weightDecay: 0.1)), rate: 0.5)
        let alone = layers()[layer]
        update(AdamW(groups: [ParameterGroup(alone, weightDecay: 0.1)]), rate: [0.03125, 0.125, 0.5][layer])
        #expect(together[layer][0].value.isIdentical(to: alone[0].value))
    }
}
