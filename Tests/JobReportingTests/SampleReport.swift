import TrainingJobs

/// A finished job with every part of a report in it.
enum SampleReport {
    static let specification = JobSpecification(
        name: "topics | *draft*", seed: 7,
        backbone: BackboneSpecification(folder: "models/minilm"),
        technique: TechniqueSpecification(kind: .fineTuning, frozenLayers: 4),
        tasks: [
            TaskSpecification(
                name: "topic", train: DataFileSpecification(path: "data/train.csv", format: .csv),
                test: DataFileSpecification(path: "data/test.csv", format: .csv))
        ],
        training: TrainingSpecification(epochs: 2))

    static let plan = DatasetPlan(
        tasks: [
            DatasetPlan.Task(
                name: "topic", labels: ["games", "mail"], trainCount: 12_345, validationCount: 678,
                testCount: 90)
        ],
        laneCount: 8, contentHash: "c0ffee")

    static func measures(loss: Double, accuracy: Double) -> JobReport.TaskMeasures {
        JobReport.TaskMeasures(
            task: "topic", samples: 90, loss: loss, accuracy: accuracy, macroF1: accuracy / 2,
            f1: accuracy / 4)
    }

    static let report = JobReport(
        jobID: "0f5c", name: "topics | *draft*", workers: 2, kernelFamily: "openblas-0.3.21/Haswell",
        generations: 1,
        parameterCount: 22_713_216, trainableParameterCount: 3_550_000,
        extraction: JobReport.Extraction(
            samples: 100, cacheHits: 40, backboneForwards: 60, tokens: 700, seconds: 2),
        segments: [
            JobReport.Segment(
                endStep: 100, epoch: 0, trainLoss: 1.5, validation: [measures(loss: 1.25, accuracy: 0.5)],
                seconds: 3),
            JobReport.Segment(
                endStep: 200, epoch: 1, trainLoss: 0.75, validation: [measures(loss: 0.875, accuracy: 0.625)],
                seconds: 2),
        ],
        firstEpochSeconds: 5, laterEpochSeconds: 2,
        best: JobReport.Best(step: 200, metric: .accuracy, value: 0.625),
        test: [measures(loss: 0.9, accuracy: 0.6)], modelSHA256: "ab12", wallSeconds: 95)
}
