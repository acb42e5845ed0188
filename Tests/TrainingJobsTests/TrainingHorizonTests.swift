import Testing
import TrainingJobs

@Suite struct TrainingHorizonTests {
    private func horizon(_ training: TrainingSpecification, samples: Int = 100) -> TrainingHorizon {
        TrainingHorizon(training: training, trainCount: samples, laneCount: 4)
    }

    @Test func `epochs become steps, the last batch of an epoch may be short`() {
        let horizon = horizon(TrainingSpecification(epochs: 3, batch: 16, microBatches: 4))
        #expect(horizon.stepsPerEpoch == 7)
        #expect(horizon.totalSteps == 21)
        #expect(horizon.evaluationInterval == 7)
        #expect([1, 7, 8, 21].map { horizon.epoch(ofSegmentEndingAt: $0) } == [0, 0, 1, 2])
    }

    @Test func `steps and the interval are taken as they are given`() {
        let training = TrainingSpecification(
            epochs: nil, steps: 10, batch: 16, microBatches: 4, evaluateEvery: 3)
        #expect(horizon(training).totalSteps == 10)
        #expect(horizon(training).evaluationInterval == 3)
    }

    @Test(arguments: [Int.max, Int.min, -1, 0])
    func `no count of epochs traps`(epochs: Int) {
        let training = TrainingSpecification(epochs: epochs, batch: 1, microBatches: 1)
        #expect(horizon(training).totalSteps >= 0)
    }

    @Test func `a job without samples has an epoch of one step`() {
        let training = TrainingSpecification(epochs: 2, batch: 4, microBatches: 4)
        #expect(horizon(training, samples: 0).stepsPerEpoch == 1)
        #expect(horizon(training, samples: 0).totalSteps == 2)
    }
}
