import Foundation
import TestingSupport

/// A small job on 16 by 16 grey images: which quarter is bright.
struct TinyImageJob {
    let folder: TemporaryFolder
    var technique = "pretraining"
    var backbone = "described"
    /// Lines of the task, as `    augmentation: {…}`.
    var taskOptions = ""
    var trainingOptions = ""
    /// `dann` and so on, with a target domain; `nil`: no word of one.
    var adaptation: String?
    static let trainCount = 64
    static let testCount = 32

    init() throws {
        folder = try TemporaryFolder("tiny-images")
        let described = folder.file("described")
        try FileManager.default.createDirectory(at: described, withIntermediateDirectories: true)
        let configuration = """
            {"architecture": "resnet20", "num_classes": 10, "input_size": [3, 16, 16],
             "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
            """
        try configuration.write(
            to: described.appending(path: "config.json"), atomically: true, encoding: .utf8)
        for (split, count, seed) in [("train", Self.trainCount, 1), ("test", Self.testCount, 2)] {
            let (images, labels) = Self.idx(count: count, seed: UInt64(seed))
            // Another domain: dark where this one is bright.
            let negative = images[..<16] + images[16...].map { 255 - $0 }
            try Data(negative).write(to: folder.file("\(split)-negatives.idx"))
            try Data(images).write(to: folder.file("\(split)-images.idx"))
            try Data(labels).write(to: folder.file("\(split)-labels.idx"))
        }
    }

    /// Writes the job file; gives its path.
    func write(_ name: String = "job") throws -> String {
        try folder.write(text, to: "\(name).yaml").path
    }

    private var text: String {
        """
        name: tiny-images
        seed: 5
        backbone: {folder: \(backbone)}
        technique: \(technique)
        tasks:
          - name: quarter
            kind: image-classification
            train: {path: train-images.idx, labels: train-labels.idx, format: idx}
            test: {path: test-images.idx, labels: test-labels.idx, format: idx}
        \(taskOptions)
        \(adaptationText)
        training:
          epochs: 2
          batch: 16
          micro_batches: 4
          optimizer: {kind: adamw, learning_rate: 0.003}
        \(trainingOptions)
        """
    }

    private var adaptationText: String {
        guard let adaptation else { return "" }
        return """
                target: {path: train-negatives.idx, format: idx}
                target_test: {path: test-negatives.idx, labels: test-labels.idx, format: idx}
            adaptation: {method: \(adaptation)}
            """
    }

    /// Images and labels in MNIST's format: http://yann.lecun.com/exdb/mnist/
    private static func idx(count: Int, seed: UInt64) -> (images: [UInt8], labels: [UInt8]) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
        var images: [UInt8] = [0, 0, 8, 3] + bigEndian(count) + bigEndian(16) + bigEndian(16)
        var labels: [UInt8] = [0, 0, 8, 1] + bigEndian(count)
        for index in 0..<count {
            let quarter = index % 4
            labels.append(UInt8(quarter))
            for place in 0..<256 {
                let isBright = place / 128 == quarter / 2 && place % 16 / 8 == quarter % 2
                images.append(UInt8(draw(100) + (isBright ? 120 : 0)))
            }
        }
        return (images, labels)
    }
}
