import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct SplitEvaluationTests {
    private let plan = JobFixture.plan(validation: 10)

    private func counts(_ samples: Int, _ confusion: [Int], loss: Double) -> TaskCounts {
        TaskCounts(task: 0, samples: samples, confusion: confusion, lossFixed: Int64(loss * 4_294_967_296))
    }

    @Test func `members' counts add up to the split's measures`() throws {
        let measures = try SplitEvaluation.measures(
            of: [[counts(6, [3, 1, 0, 2], loss: 3)], [counts(4, [1, 1, 1, 1], loss: 2)]], split: .validation,
            plan: plan)
        #expect(measures.count == 1)
        #expect(measures[0].accuracy == 0.7)
        #expect(measures[0].loss == 0.5)
        #expect(measures[0].samples == 10)
        // Class 1: 3 true positives, 2 false positives, 1 false negative.
        #expect(measures[0].f1 == 6.0 / 9.0)
    }

    static let misfits: [[TaskCounts]] = [
        [TaskCounts(task: 0, samples: 9, confusion: [9, 0, 0, 0], lossFixed: 0)],
        [TaskCounts(task: 0, samples: 10, confusion: [9, 0, 0, 0], lossFixed: 0)],
        [TaskCounts(task: 0, samples: 10, confusion: [10, 0, 0], lossFixed: 0)],
        [TaskCounts(task: 0, samples: 10, confusion: [11, -1, 0, 0], lossFixed: 0)],
        [TaskCounts(task: 0, samples: Int.max, confusion: [Int.max, Int.max, 0, 0], lossFixed: 0)],
        [
            TaskCounts(task: 0, samples: 5, confusion: [5, 0, 0, 0], lossFixed: .max),
            TaskCounts(task: 0, samples: 5, confusion: [5, 0, 0, 0], lossFixed: .max),
        ],
        [],
    ]

    @Test(arguments: misfits)
    func `counts that do not fit the data are refused`(report: [TaskCounts]) {
        let error = #expect(throws: JobFailure.self) {
            try SplitEvaluation.measures(of: [report], split: .validation, plan: plan)
        }
        #expect(error?.code == "bad-report")
    }

    @Test func `a task without samples in the split has no measures`() throws {
        #expect(
            try SplitEvaluation.measures(of: [[]], split: .validation, plan: JobFixture.plan(validation: 0))
                .isEmpty)
    }
}
