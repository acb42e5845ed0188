import DifferentiableTensors
import Foundation
import Optimizers
import PretrainedBackbones
import Tokenization
import TrainingJobs
import TransferTechniques

/// Fine-tuning of all layers of MiniLM on labelled phrases, 32 a step.
final class MiniLMGradients: GradientSteps {
    private let program: any TrainingProgram
    private let optimizer: AdamW
    private let samples: [(tokens: [Int32], label: Int)]

    /// - Parameter table: lines "label, tab, phrase" after a heading, as SST-2's.
    init(backbone: URL, table: URL) throws {
        let tokenizer = try WordPieceTokenizer(folder: backbone)
        let specification = MiniLMJob.specification(backbone: backbone, epochs: 1)
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
        let chosen = (0..<MiniLMJob.batch / count).map {
            samples[step * MiniLMJob.batch + $0 * count + microBatch]
        }
        let batch = MicroBatch(
            input: .samples(chosen.map { .tokens($0.tokens) }), labels: chosen.map(\.label))
        try program.trainingLoss(
            batch, globalBatchCount: MiniLMJob.batch,
            context: .training(seed: 1, step: step, microBatch: microBatch)
        ).backward()
    }

    func update() { optimizer.update(learningRate: MiniLMJob.learningRate) }
}
