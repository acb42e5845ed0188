import Testing

@testable import TrainingJobs

@Suite struct StepScheduleTests {
    static let shapes: [(batch: Int, lanes: Int)] = [
        (32, 8), (32, 1), (8, 8), (6, 3), (64, 16), (5, 5), (2_048, 8),
    ]

    @Test(arguments: shapes)
    func everySampleIsInOneStepOfAnEpoch(batch: Int, lanes: Int) {
        for count in Array(1...200) + [999, 1_000, 4_097] {
            let schedule = StepSchedule(sampleCount: count, batch: batch, laneCount: lanes)
            for epoch in [0, 3] {
                let first = epoch * schedule.stepsPerEpoch
                var seen: [Int] = []
                for step in first..<(first + schedule.stepsPerEpoch) {
                    #expect(schedule.epoch(ofStep: step) == epoch)
                    let size = schedule.globalBatchCount(step: step)
                    #expect(size >= 1 && size <= batch, "\(count) samples, step \(step)")
                    for lane in 0..<lanes {
                        seen += schedule.places(step: step, lane: lane).map { $0 * lanes + lane }
                    }
                }
                #expect(seen.sorted() == Array(0..<count))
            }
        }
    }

    @Test(arguments: shapes)
    func onlyTheLastStepsOfAnEpochAreUneven(batch: Int, lanes: Int) {
        let schedule = StepSchedule(sampleCount: 10_000, batch: batch, laneCount: lanes)
        for step in 0..<(schedule.stepsPerEpoch - 1) {
            #expect(schedule.globalBatchCount(step: step) == batch)
        }
    }

    @Test func fewerSamplesThanLanesLeaveLanesEmpty() {
        let schedule = StepSchedule(sampleCount: 3, batch: 32, laneCount: 8)
        #expect(schedule.stepsPerEpoch == 1)
        #expect((0..<8).map { schedule.places(step: 0, lane: $0).count } == [1, 1, 1, 0, 0, 0, 0, 0])
    }

    @Test func fiftySamplesInBatchesOf32() {
        let schedule = StepSchedule(sampleCount: 50, batch: 32, laneCount: 8)
        #expect(schedule.stepsPerEpoch == 2)
        #expect((0..<4).map { schedule.globalBatchCount(step: $0) } == [32, 18, 32, 18])
    }
}
