import Foundation
import PretrainedBackbones
import Tokenization
import TrainingJobs
import TransferTechniques

/// Steps of fine-tuning all layers with AdamW, exact sums included, as one worker runs them alone.
final class MiniLMFineTuning: Workload {
    private let session: TrainingSession
    private let source: TokenSource
    private let stepsPerRound: Int
    let unitsPerRound: Int

    init(backbone: URL, texts: [String], microBatches: Int) throws {
        let tokenizer = try WordPieceTokenizer(folder: backbone)
        let specification = MiniLMJob.specification(
            backbone: backbone, microBatches: microBatches, epochs: 1000)
        let program = try TechniqueCatalog.program(
            for: specification, classCount: 2, backboneFolder: backbone, tokenizer: tokenizer)
        session = TrainingSession(
            program: program, specification: specification, trainCount: texts.count, laneCount: microBatches,
            ownedLanes: Array(0..<microBatches))
        source = TokenSource(
            sequences: texts.map { tokenizer.encode($0, maximumLength: 128) }, laneCount: microBatches)
        stepsPerRound = (texts.count + MiniLMJob.batch - 1) / MiniLMJob.batch
        unitsPerRound = texts.count
    }

    func run() throws {
        let end = session.step + stepsPerRound
        while session.step < end {
            for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
            try session.finishAccumulation()
            try session.reduceAlone()
            _ = try session.finishStep()
        }
    }
}

/// Token ids from memory, labelled by turns.
private final class TokenSource: MicroBatchSource {
    private let sequences: [[Int32]]
    private let lanes: Int

    init(sequences: [[Int32]], laneCount: Int) {
        self.sequences = sequences
        lanes = laneCount
    }

    func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) -> MicroBatch {
        let places = positions.map { $0 * lanes + lane }
        return MicroBatch(
            input: .samples(places.map { .tokens(sequences[$0]) }), labels: places.map { $0 % 2 })
    }

    func laneCount(split: DataSplit, lane: Int) -> Int { (sequences.count - lane + lanes - 1) / lanes }
}
