// Runs one workload, a round for each line on standard input, and prints what each took:
//
//     GraftBenchmarks WORKLOAD BACKBONE_FOLDER TEXT_FILE
//
// compare.py runs it beside a peer, in turns, so that both see the same machine. With precision-errors-bf16 or
// precision-errors-int8 for a workload it prints the relative error and the lowest cosine, and ends;
//
//     GraftBenchmarks sum-errors-minilm BACKBONE_FOLDER LABELLED_PHRASES
//     GraftBenchmarks sum-errors-resnet20 IMAGE_FOLDER
//
// print how far sums of gradients are off, for sums.py.
import Foundation
import TensorKernels
import TrainingJobs

struct UsageError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

func inputs(_ arguments: [String]) throws -> (backbone: URL, texts: [String]) {
    guard arguments.count == 4 else {
        throw UsageError(message: "WORKLOAD BACKBONE_FOLDER TEXT_FILE are needed")
    }
    let text = try String(contentsOf: URL(filePath: arguments[3]), encoding: .utf8)
    return (URL(filePath: arguments[2]), text.split(separator: "\n").map(String.init))
}

func workload(_ arguments: [String]) throws -> any Workload {
    let (backbone, texts) = try inputs(arguments)
    switch arguments[1] {
    case "minilm-features": return try MiniLMFeatures(backbone: backbone, texts: texts)
    case "minilm-features-bf16":
        return try MiniLMFeatures(backbone: backbone, texts: texts, precision: .bfloat16)
    case "minilm-features-int8":
        return try MiniLMFeatures(backbone: backbone, texts: texts, precision: .int8)
    case "minilm-fine-tuning":
        return try MiniLMFineTuning(backbone: backbone, texts: texts, microBatches: 4)
    case "minilm-fine-tuning-many":
        return try MiniLMFineTuning(backbone: backbone, texts: texts, microBatches: 8)
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

func sayErrors(_ precision: ReducedPrecision, _ arguments: [String]) throws {
    let (backbone, texts) = try inputs(arguments)
    let errors = try PrecisionErrors(backbone: backbone, texts: texts, precision: precision)
    say("\(errors.relativeError) \(errors.lowestCosine)")
}

func saySumErrors(_ arguments: [String]) throws {
    for microBatches in [2, 4, 8] {
        let lines: [String]
        switch (arguments[1], arguments.count) {
        case ("sum-errors-minilm", 4):
            let model = try MiniLMGradients(
                backbone: URL(filePath: arguments[2]), table: URL(filePath: arguments[3]))
            lines = try SumErrorRun("MiniLM", microBatches: microBatches, model).lines()
        case ("sum-errors-resnet20", 3):
            let model = try ResNetGradients(folder: URL(filePath: arguments[2]))
            lines = try SumErrorRun("ResNet-20", microBatches: microBatches, model).lines()
        default: throw UsageError(message: "\(arguments[1]) needs other arguments")
        }
        for line in lines { say(line) }
    }
}

do {
    let name = CommandLine.arguments.dropFirst().first ?? ""
    if let precision = ReducedPrecision.allCases.first(where: { name == "precision-errors-\($0.rawValue)" }) {
        try sayErrors(precision, CommandLine.arguments)
        exit(0)
    }
    if name.hasPrefix("sum-errors-") {
        try saySumErrors(CommandLine.arguments)
        exit(0)
    }
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
