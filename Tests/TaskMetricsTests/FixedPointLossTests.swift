import TaskMetrics
import Testing

@Suite struct FixedPointLossTests {
    @Test(arguments: [0, 1, 0.5, 0.6931472, 4096] as [Float])
    func `a loss comes back from its units`(loss: Float) {
        #expect(FixedPointLoss.mean(FixedPointLoss.units(loss), samples: 1) == Double(loss))
    }

    @Test(arguments: [.infinity, .nan, 3e9, .greatestFiniteMagnitude] as [Float])
    func `what cannot be counted is the largest integer`(loss: Float) {
        #expect(FixedPointLoss.units(loss) == .max)
    }

    @Test func `no samples have no loss`() {
        #expect(FixedPointLoss.mean(7 << 32, samples: 0) == 0)
        #expect(FixedPointLoss.mean(7 << 32, samples: 2) == 3.5)
    }
}
