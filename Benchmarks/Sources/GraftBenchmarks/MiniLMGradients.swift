import DifferentiableTensors
import Foundation
import Optimizers
import PretrainedBackbones
import Tokenization
import TrainingJobs
import TransferTechniques

/// Fine-tuning of all layers of MiniLM on labelled phrases, 32 a step.
final class MiniLMGradients: GradientSteps {
    private static let batch = 32
    private let program: any TrainingProgram
    private let optimizer: AdamW
    private let samples: [(tokens: [Int32], label: Int)]

    /// - Parameter table: lines "label, tab, phrase" after a heading, as SST-2's.
    init(backbone: URL, table: URL) throws {
        let tokenizer = try WordPieceTokenizer(folder: backbone)
        let task = TaskSpecification(
            name: "sentiment", train: DataFileSpecification(path: "phrases", format: .csv))
        let specification = JobSpecification(
            name: "benchmark", seed: 1,
            backbone: BackboneSpecification(folder: backbone.path, maximumLength: 128),
            technique: TechniqueSpecification(kind: .fineTuning, frozenLayers: .nothing), tasks: [task],
            training: TrainingSpecification(
                epochs: 1, batch: Self.batch, optimizer: OptimizerSpecification(learningRate: 2e-5)))
        program = try TechniqueCatalog.program(
            for: specification, classCount: 2, backboneFolder: backbone, tokenizer: tokenizer)
        optimizer = AdamW(groups: [ParameterGroup(program.trainableParameters, weightDecay: 0.01)])
        samples = try String(contentsOf: table, encoding: .utf8).split(separator: "\n").dropFirst().map {
            let cells = $0.split(separator: "\t", maxSplits: 1)
            guard cells.count == 2, let label = Int(cells[0]) else {
                throw UsageError(message: "\(table.path) holds a line that is no label and phrase: \($0)")
            }
            return (tokenizer.encode(String(cells[1]), maximumLength: 128), label)
        }
    }

    var parameters: [Parameter] { program.trainableParameters }

    func group(of parameter: Parameter) -> String {
        let name = parameter.name
        if name.contains("LayerNorm") { return "layer-norms" }
        if name.hasSuffix(".bias") { return "biases" }
        if name.contains("embeddings") { return "embeddings" }
        if name.contains("attention") { return "attention" }
        return name.contains("layer.") ? "feed-forward" : "head"
    }

    func backward(step: Int, microBatch: Int, of count: Int) throws {
        let chosen = (0..<Self.batch / count).map { samples[step * Self.batch + $0 * count + microBatch] }
        let batch = MicroBatch(
            input: .samples(chosen.map { .tokens($0.tokens) }), labels: chosen.map(\.label))
        try program.trainingLoss(
            batch, globalBatchCount: Self.batch,
            context: .training(seed: 1, step: step, microBatch: microBatch)
        ).backward()
    }

    func update() { optimizer.update(learningRate: 2e-5) }
}
