// Runs one workload, a round for each line on standard input, and prints what each took:
//
//     GraftBenchmarks WORKLOAD BACKBONE_FOLDER TEXT_FILE
//
// compare.py runs it beside a peer, in turns, so that both see the same machine.
import Foundation
import TrainingJobs

struct UsageError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

func workload(_ arguments: [String]) throws -> any Workload {
    guard arguments.count == 4 else {
        throw UsageError(message: "WORKLOAD BACKBONE_FOLDER TEXT_FILE are needed")
    }
    let backbone = URL(filePath: arguments[2])
    let texts = try String(contentsOf: URL(filePath: arguments[3]), encoding: .utf8)
        .split(separator: "\n").map(String.init)
    switch arguments[1] {
    case "minilm-features": return try MiniLMFeatures(backbone: backbone, texts: texts)
    case "minilm-fine-tuning":
        return try MiniLMFineTuning(
            backbone: backbone, texts: texts, microBatches: TrainingSpecification().microBatches)
    case "minilm-fine-tuning-whole-batch":
        return try MiniLMFineTuning(backbone: backbone, texts: texts, microBatches: 1)
    case "minilm-forward": return try MiniLMForward(backbone: backbone, texts: texts)
    case "resnet50-features": return try ResNetFeatures()
    case "resnet20-step": return try ResNetStep()
    case "sgemm-peak": return MatrixProductPeak()
    default: throw UsageError(message: "there is no workload \(arguments[1])")
    }
}

/// Unbuffered: the reader waits for every line.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

do {
    let workload = try workload(CommandLine.arguments)
    say("ready \(workload.unitsPerRound)")
    while readLine() != nil {
        let start = ContinuousClock.now
        try workload.run()
        let took = (ContinuousClock.now - start) / .seconds(1)
        say("\(took)")
    }
} catch {
    FileHandle.standardError.write(Data("GraftBenchmarks: \(error)\n".utf8))
    exit(2)
}
