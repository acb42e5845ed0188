import TrainingJobs

@testable import JobScheduling

/// A small job: 100 training samples, batch 20, hence 5 steps an epoch; 40 validation and 24 test samples.
enum JobFixture {
    static func specification(
        epochs: Int = 4, metric: MetricKind = .accuracy, keep: CheckpointChoice = .best,
        earlyStopping: EarlyStoppingSpecification? = nil, evaluateEvery: Int? = nil,
        workers: WorkerRange = WorkerRange(minimum: 1, maximum: 8)
    ) -> JobSpecification {
        JobSpecification(
            name: "reviews", backbone: BackboneSpecification(folder: "model"),
            technique: TechniqueSpecification(kind: .featureExtraction),
            tasks: [
                TaskSpecification(
                    name: "topic", train: DataFileSpecification(path: "train.csv", format: .csv),
                    metric: metric)
            ],
            training: TrainingSpecification(
                epochs: epochs, batch: 20, microBatches: 4, earlyStopping: earlyStopping, keep: keep,
                evaluateEvery: evaluateEvery),
            workers: workers)
    }

    static func plan(
        validation: Int = 40, test: Int = 24, targetTest: Int? = nil, labels: [String] = ["no", "yes"]
    ) -> DatasetPlan {
        DatasetPlan(
            tasks: [
                DatasetPlan.Task(
                    name: "topic", labels: labels, trainCount: 100, validationCount: validation,
                    testCount: test, targetCount: targetTest.map { 2 * $0 }, targetTestCount: targetTest)
            ],
            laneCount: 4, contentHash: "c0ffee")
    }

    static func candidates(_ count: Int, family: String = "openblas/Haswell") -> [WorkerCandidate] {
        (0..<count).map {
            WorkerCandidate(
                workerID: "w\($0)", name: "worker-\($0)", endpoint: "tcp://10.0.0.\($0):5000",
                kernelFamily: family)
        }
    }

    static func members(_ count: Int) -> [MemberAssignment] {
        guard
            case .assigned(let members) = WorkerAssignment.choose(
                from: candidates(count), range: WorkerRange(minimum: count, maximum: count), laneCount: 4)
        else { return [] }
        return members
    }
}

extension [JobDirective] {
    /// The commands among them, by worker, in order.
    var commands: [(workerID: String, generation: Int, command: MemberCommand)] {
        compactMap {
            if case .command(let workerID, let generation, let command) = $0 {
                return (workerID, generation, command)
            }
            return nil
        }
    }

    var logText: String {
        compactMap { if case .log(_, let text) = $0 { text } else { nil } }.joined(separator: "\n")
    }
}
