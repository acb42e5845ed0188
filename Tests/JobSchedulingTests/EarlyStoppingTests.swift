import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct EarlyStoppingTests {
    private func stop(
        _ values: [Double], _ metric: MetricKind, patience: Int, minimum: Double = 0
    ) -> Int? {
        var stopping = EarlyStopping()
        let rule = EarlyStoppingSpecification(patience: patience, minimumImprovement: minimum)
        return values.firstIndex { stopping.shouldStop(after: $0, metric: metric, rule: rule) }
    }

    @Test func `accuracy must rise`() {
        #expect(stop([0.5, 0.6, 0.6, 0.55, 0.7], .accuracy, patience: 2) == 3)
        #expect(stop([0.5, 0.6, 0.6, 0.61, 0.6], .accuracy, patience: 2) == nil)
    }

    @Test func `loss must fall`() {
        #expect(stop([1.0, 0.9, 0.95, 0.91], .loss, patience: 2) == 3)
        #expect(stop([1.0, 0.9, 0.8, 0.7], .loss, patience: 1) == nil)
    }

    @Test func `small improvements do not count`() {
        #expect(stop([0.5, 0.505, 0.509], .accuracy, patience: 2, minimum: 0.01) == 2)
        #expect(stop([0.5, 0.505, 0.511], .accuracy, patience: 2, minimum: 0.01) == nil)
    }

    @Test func `without a rule training never stops`() {
        var stopping = EarlyStopping()
        for _ in 0..<100 {
            let stops = stopping.shouldStop(after: 0.1, metric: .accuracy, rule: nil)
            #expect(!stops)
        }
    }

    @Test func `NaN is never better`() {
        #expect(!MetricOrder.isBetter(.nan, than: nil, metric: .loss))
        #expect(!MetricOrder.isBetter(.nan, than: 1, metric: .accuracy))
        #expect(MetricOrder.isBetter(1, than: nil, metric: .loss))
    }
}
