import Foundation
import Testing

@testable import Optimizers

@Suite struct LearningRateScheduleTests {
    @Test(arguments: LearningRateSchedule.Kind.allCases) func risesThenFalls(
        _ kind: LearningRateSchedule.Kind
    ) {
        let schedule = LearningRateSchedule(kind: kind, peak: 2, warmupSteps: 4, totalSteps: 14)
        #expect((0..<4).map { schedule.rate(step: $0) } == [0.5, 1, 1.5, 2])
        #expect(schedule.rate(step: 4) == 2)
        for step in 4..<14 {
            let progress = Double(step - 4) / 10
            let expected =
                switch kind {
                case .constant: 2.0
                case .linear: 2 * (1 - progress)
                case .cosine: 1 + cos(Double.pi * progress)
                }
            #expect(abs(Double(schedule.rate(step: step)) - expected) < 1e-6)
        }
        #expect(schedule.rate(step: 1000) == (kind == .constant ? 2 : 0))
    }

    @Test func partsOfStepsAreRounded() {
        #expect(LearningRateSchedule(kind: .linear, peak: 1, warmup: 0.1, totalSteps: 25).warmupSteps == 3)
        #expect(LearningRateSchedule(kind: .linear, peak: 1, warmup: 0, totalSteps: 0).rate(step: 0) == 1)
        let rising = LearningRateSchedule(kind: .linear, peak: 1, warmup: 1, totalSteps: 2)
        #expect((0..<3).map { rising.rate(step: $0) } == [0.5, 1, 1])
    }

    @Test func cosineIsAccurate() {
        for i in 0...1000 {
            let t = Double(i) / 1000
            #expect(abs(LearningRateSchedule.cosineOfHalfTurns(t) - cos(Double.pi * t)) < 1e-14)
        }
    }
}
