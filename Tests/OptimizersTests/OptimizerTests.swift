import DifferentiableTensors
import Foundation
import TensorKernels
import Testing

@testable import Optimizers

@Suite struct OptimizerTests {
    struct Case: Decodable {
        let name: String
        let start: [Float]
        let gradients: [[Float]]
        let values: [[Float]]
    }

    private func optimizer(_ name: String, _ parameters: [Parameter]) -> any Optimizer {
        switch name {
        case "adamw": AdamW(groups: [ParameterGroup(parameters, weightDecay: 0.1)])
        case "sgd":
            StochasticGradientDescent(groups: [ParameterGroup(parameters, weightDecay: 0.01)], momentum: 0.9)
        default: StochasticGradientDescent(groups: [ParameterGroup(parameters, weightDecay: 0)])
        }
    }

    private func reference(_ name: String) throws -> Case {
        let url = try #require(Bundle.module.url(forResource: "Resources/reference", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        return try #require(cases.first { $0.name == name })
    }

    /// Five updates against PyTorch's, from Resources/make_reference.py.
    @Test(arguments: [("adamw", Float(0.01)), ("sgd", 0.1), ("sgd-plain", 0.1)])
    func agreesWithPyTorch(_ name: String, _ learningRate: Float) throws {
        let reference = try reference(name)
        let parameter = Parameter("p", Tensor(reference.start, shape: [20]))
        let optimizer = optimizer(name, [parameter])
        for (gradient, expected) in zip(reference.gradients, reference.values) {
            // Half the gradient, scaled by two: the scale is applied as well.
            parameter.setGradient { $0.assign(Tensor(gradient.map { $0 / 2 }, shape: [20])) }
            optimizer.update(learningRate: learningRate, gradientScale: 2)
            for (value, expected) in zip(parameter.value.scalars, expected) {
                #expect(abs(value - expected) <= 2e-6 * max(1, abs(expected)))
            }
        }
    }

    @Test(arguments: ["adamw", "sgd"]) func restoredStateGoesOnWithTheSameBits(_ name: String) throws {
        func parameters() -> [Parameter] {
            [Parameter("a", .filled(1, shape: [3, 5])), Parameter("b", .filled(2, shape: [7]))]
        }
        func step(_ optimizer: any Optimizer, _ number: Int) {
            for (index, parameter) in optimizer.parameters.enumerated() {
                parameter.setGradient {
                    $0.fillNormal(standardDeviation: 1, key: UInt64(number * 10 + index))
                }
            }
            optimizer.update(learningRate: 0.1, gradientScale: 1)
        }
        let straight = optimizer(name, parameters())
        for number in 0..<6 { step(straight, number) }

        let first = optimizer(name, parameters())
        for number in 0..<3 { step(first, number) }
        let saved = Dictionary(uniqueKeysWithValues: first.stateTensors().map { ($0.name, $0.tensor.copy()) })
        let second = optimizer(name, first.parameters.map { Parameter($0.name, $0.value.copy()) })
        try second.restoreState(saved)
        for number in 3..<6 { step(second, number) }
        for (a, b) in zip(straight.parameters, second.parameters) {
            #expect(a.value.isIdentical(to: b.value))
        }
    }

    @Test func stateOfAnotherModelIsRefused() {
        let optimizer = AdamW(groups: [ParameterGroup([Parameter("a", .zeros([2]))], weightDecay: 0)])
        var state = Dictionary(uniqueKeysWithValues: optimizer.stateTensors().map { ($0.name, $0.tensor) })
        state["adamw.first_moment.a"] = .zeros([3])
        #expect { try optimizer.restoreState(state) } throws: {
            ($0 as? OptimizersError)?.code == .shapeMismatch
        }
        state["adamw.first_moment.a"] = nil
        #expect { try optimizer.restoreState(state) } throws: { error in
            let error = error as? OptimizersError
            return error?.code == .missingState && error?.tensor == "adamw.first_moment.a"
        }
    }

    @Test(arguments: [[-1, 0], [0.5, 0], [.nan, 0], [0, .infinity], [0, 3e7]] as [[Float]])
    func countThatIsNoneIsRefused(count: [Float]) {
        let optimizer = AdamW(groups: [ParameterGroup([Parameter("a", .zeros([2]))], weightDecay: 0)])
        var state = Dictionary(uniqueKeysWithValues: optimizer.stateTensors().map { ($0.name, $0.tensor) })
        state["adamw.update_count"] = Tensor(count, shape: [2])
        #expect { try optimizer.restoreState(state) } throws: {
            ($0 as? OptimizersError)?.code == .malformedState
        }
    }

    @Test func groupsHaveTheirOwnRatesAndDecay() {
        let (fast, frozen) = (
            Parameter("fast", .filled(1, shape: [2])), Parameter("frozen", .filled(1, shape: [2]))
        )
        frozen.isTrainable = false
        let optimizer = StochasticGradientDescent(groups: [
            ParameterGroup([fast, frozen], learningRateFactor: 3, weightDecay: 0.5)
        ])
        fast.setGradient { $0.fill(1) }
        optimizer.update(learningRate: 0.1, gradientScale: 1)
        #expect(abs(fast.value[0] - (1 - 0.3 * 1.5)) < 1e-6)
        #expect(frozen.value.scalars == [1, 1])
        let parts = ParameterGroup.decayingMatrices(
            [Parameter("w", .zeros([2, 2])), Parameter("b", .zeros([2])), frozen], weightDecay: 0.1)
        #expect(parts.map { $0.parameters.map(\.name) } == [["w"], ["b"]])
        #expect(parts.map(\.weightDecay) == [0.1, 0])
    }

    @Test func clippingBringsTheNormDown() {
        let parameters = [Parameter("a", .zeros([2])), Parameter("b", .zeros([1]))]
        parameters[0].setGradient { $0.fill(2) }
        parameters[1].setGradient { $0.fill(1) }
        let norm = globalGradientNorm(parameters)
        #expect(norm == 3)
        #expect(clippingScale(norm: norm, maximum: 1) == Float(1) / 3)
        #expect(clippingScale(norm: norm, maximum: 5) == 1)
        #expect(clippingScale(norm: .nan, maximum: 5) == 1)
    }

    @Test func countsSurviveAsFloats() throws {
        for count in [0, 1, 1 << 24, 123_456_789_012] {
            #expect(try decodedCount(encodedCount(count), name: "count") == count)
        }
        #expect(abs(integerPower(0.999, 1000) - 0.36769542477096373) < 1e-14)
        #expect(integerPower(2, 10) == 1024 && integerPower(5, 0) == 1)
    }
}
