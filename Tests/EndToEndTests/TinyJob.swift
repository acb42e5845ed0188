import Foundation
import TestingSupport

/// A small job on a tiny BERT of random weights, so that whole clusters run in seconds: tell which of three
/// letters a word holds most of.
struct TinyJob {
    let folder: TemporaryFolder
    var technique = "fine-tuning"
    var options = "  frozen_layers: 1\n"
    var epochs = 4
    var minimumWorkers = 1
    var learningRate = 0.002
    var microBatches = 8
    var samples = 160
    /// Steps; `nil`: as by default.
    var evaluateEvery: Int?
    /// Lines of the task.
    var taskOptions = ""
    /// A line of the job.
    var adaptationLine = ""

    init() throws {
        folder = try TemporaryFolder("tiny-job")
        let resources = RealInput.root.appending(path: "Tests/PretrainedBackbonesTests/Resources/tiny-bert")
        let backbone = folder.file("backbone")
        try FileManager.default.createDirectory(at: backbone, withIntermediateDirectories: true)
        for name in ["config.json", "model.safetensors", "vocab.txt"] {
            try FileManager.default.copyItem(
                at: resources.appending(path: name), to: backbone.appending(path: name))
        }
    }

    /// Writes data and job file; gives the job file's path.
    func write() throws -> String {
        try folder.write(Self.table(rows: samples, seed: 1), to: "train.csv")
        try folder.write(Self.table(rows: 60, seed: 2), to: "validation.csv")
        try folder.write(Self.table(rows: 60, seed: 3), to: "test.csv")
        return try folder.write(text, to: "job.yaml").path
    }

    var text: String {
        """
        name: tiny
        seed: 3
        backbone: {folder: backbone, maximum_length: 16}
        technique:
          kind: \(technique)
        \(options)
        tasks:
          - name: letters
            train: train.csv
            validation: validation.csv
            test: test.csv
        \(taskOptions)
        \(adaptationLine)
        training:
          epochs: \(epochs)
          batch: 16
          micro_batches: \(microBatches)
          optimizer: {kind: adamw, learning_rate: \(learningRate)}
        \(evaluateEvery.map { "  evaluate_every: \($0)" } ?? "")
        workers: {minimum: \(minimumWorkers), maximum: 8}

        """
    }

    /// Words of the letters a, b and c, labelled by the most frequent one; others make each text the only one.
    static func table(rows: Int, seed: UInt64) -> String {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var lines = ["text,label"]
        for row in 0..<rows {
            let main = row % 3
            let letters = (0..<(3 + draw(5))).map { _ in ["a", "b", "c"][draw(10) < 7 ? main : draw(3)] }
            let counts = ["a", "b", "c"].map { letter in letters.count { $0 == letter } }
            let label = ["a", "b", "c"][counts.firstIndex(of: counts.max() ?? 0) ?? 0]
            let number = String(row * 4 + Int(seed)).map {
                String("defghijklm".dropFirst($0.wholeNumberValue ?? 0).prefix(1))
            }
            lines.append("\((letters + number).joined(separator: " ")),most-\(label)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
