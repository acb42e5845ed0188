import DifferentiableTensors
import TensorKernels
import Testing

@testable import Optimizers

@Suite struct WeightAverageTests {
    private func draw(_ tensor: Tensor, _ key: UInt64) { tensor.fillNormal(standardDeviation: 1, key: key) }

    /// Against the definition, in double precision.
    @Test(arguments: [Float(0.1), 0.75, 0.999]) func followsTheDefinition(decay: Float) {
        let parameter = Parameter("p", .zeros([37]))
        let buffer = Buffer("b", .zeros([3]))
        draw(parameter.value, 1)
        let average = WeightAverage([parameter], buffers: [buffer], decay: decay)
        var expected = parameter.value.scalars.map(Double.init)
        for count in 1...40 {
            draw(parameter.value, UInt64(10 + count))
            buffer.value.fill(1)
            average.update(updateCount: count)
            let kept = min(Double(decay), Double(1 + count) / Double(10 + count))
            expected = zip(expected, parameter.value.scalars).map { $0 * kept + Double($1) * (1 - kept) }
        }
        let state = average.stateTensors()
        #expect(state.map(\.name) == ["p", "b"])
        for (got, wanted) in zip(state[0].tensor.scalars, expected) {
            #expect(abs(Double(got) - wanted) < 1e-6)
        }
        #expect(state[1].tensor.scalars.allSatisfy { $0 > 0.1 && $0 <= 1 })
    }

    @Test func averagesStandInForTheWeightsAndGoAgain() {
        let parameter = Parameter("p", .filled(1, shape: [4]))
        let average = WeightAverage([parameter], decay: 0.5)
        parameter.value.fill(3)
        average.update(updateCount: 100)
        #expect(average.withAverages { parameter.value.scalars } == [2, 2, 2, 2])
        #expect(parameter.value.scalars == [3, 3, 3, 3])
        struct Stop: Error {}
        #expect(throws: Stop.self) { try average.withAverages { throw Stop() } }
        #expect(parameter.value.scalars == [3, 3, 3, 3])
    }

    /// A weight that does not move is its own average, to the bit.
    @Test func whatRestsIsItsOwnAverage() {
        let parameter = Parameter("p", Tensor([0.1, -7.3, 1e-20], shape: [3]))
        let average = WeightAverage([parameter], decay: 0.9)
        for count in 1...20 { average.update(updateCount: count) }
        #expect(average.stateTensors()[0].tensor.isIdentical(to: parameter.value))
    }

    @Test func stateIsRestored() throws {
        let average = WeightAverage([Parameter("p", .filled(1, shape: [4]))], decay: 0.5)
        try average.restoreState(["p": .filled(5, shape: [4])])
        #expect(average.stateTensors()[0].tensor.scalars == [5, 5, 5, 5])
        for state in [[:], ["p": Tensor.zeros([3])]] {
            #expect(throws: OptimizersError.self) { try average.restoreState(state) }
        }
        #expect(average.stateTensors()[0].tensor.scalars == [5, 5, 5, 5])
    }
}
