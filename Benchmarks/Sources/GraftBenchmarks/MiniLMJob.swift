import Foundation
import TrainingJobs

/// Fine-tuning of all layers of MiniLM with AdamW, 32 phrases a step, as a job file would say it.
enum MiniLMJob {
    static let batch = 32
    static let learningRate: Float = 2e-5

    static func specification(backbone: URL, microBatches: Int = 8, epochs: Int) -> JobSpecification {
        let task = TaskSpecification(
            name: "sentiment", train: DataFileSpecification(path: "phrases", format: .csv))
        return JobSpecification(
            name: "benchmark", seed: 1,
            backbone: BackboneSpecification(folder: backbone.path, maximumLength: 128),
            technique: TechniqueSpecification(kind: .fineTuning, frozenLayers: .nothing), tasks: [task],
            training: TrainingSpecification(
                epochs: epochs, batch: batch, microBatches: microBatches,
                optimizer: OptimizerSpecification(learningRate: learningRate)))
    }
}
