import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct SegmentScheduleTests {
    private func walk(_ schedule: SegmentSchedule, from start: Int = 0) -> [Segment] {
        var segments: [Segment] = []
        var step = start
        while let segment = schedule.segment(from: step, number: segments.count) {
            segments.append(segment)
            step = segment.endStep
        }
        return segments
    }

    @Test func `epochs end segments where the job names no interval`() {
        let schedule = SegmentSchedule(
            specification: JobFixture.specification(epochs: 3), plan: JobFixture.plan())
        #expect(walk(schedule).map(\.endStep) == [5, 10, 15])
        #expect(walk(schedule).allSatisfy { $0.evaluates })
    }

    @Test func `an interval need not divide the steps`() {
        let schedule = SegmentSchedule(
            specification: JobFixture.specification(epochs: 2, evaluateEvery: 4), plan: JobFixture.plan())
        #expect(walk(schedule).map(\.endStep) == [4, 8, 10])
    }

    @Test func `long segments are cut, and only ends of intervals evaluate`() {
        let schedule = SegmentSchedule(totalSteps: 10, interval: 5, hasValidation: true, maximumLength: 3)
        #expect(walk(schedule).map(\.endStep) == [3, 5, 8, 10])
        #expect(walk(schedule).map(\.evaluates) == [false, true, false, true])
    }

    @Test func `without a validation split nothing is evaluated`() {
        let schedule = SegmentSchedule(
            specification: JobFixture.specification(), plan: JobFixture.plan(validation: 0))
        #expect(walk(schedule).allSatisfy { !$0.evaluates })
    }

    @Test(arguments: 0..<23)
    func `evaluations stand at the same steps wherever a job goes on`(start: Int) {
        let schedule = SegmentSchedule(totalSteps: 23, interval: 5, hasValidation: true, maximumLength: 4)
        let ends = walk(schedule, from: start).filter(\.evaluates).map(\.endStep)
        #expect(ends == [5, 10, 15, 20, 23].filter { $0 > start })
    }
}
