import DifferentiableTensors
import Foundation
import ImageDecoding
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport
import TrainingDatasets

@testable import PretrainedBackbones

/// Published CIFAR-10 weights on CIFAR-10's test images: what PyTorch scores with them.
@Suite struct CIFARAccuracyTests {
    @Test(
        .enabled(if: RealInput.sharedData != nil, "no data folder here: set GRAFT_SHARED"),
        arguments: [("test-1000.tar", "png", 0.915), ("test-jpeg.tar", "jpg", 0.8103)])
    func resnet20ScoresAsUnderPyTorch(archive: String, type: String, expected: Double) throws {
        let data = try #require(RealInput.sharedData)
        let network = try ResNet.load(folder: data.appending(path: "weights/resnet20-cifar10"))
        let frozen = FrozenResNet(network, belowCut: network.cutNames.count)
        let head = try #require(network.head)
        var reader = try WebDatasetReader(file: data.appending(path: "cifar10/\(archive)"))
        var (correct, total) = (0, 0)
        while true {
            var images: [[UInt8]] = []
            var labels: [Int] = []
            while images.count < 100, let entry = try reader.next() {
                let bytes = try #require(entry.files[type])
                images.append(try DecodedImage(decoding: bytes, name: entry.key).pixels)
                let label = String(decoding: try #require(entry.files["cls"]), as: UTF8.self)
                labels.append(try #require(Int(label.trimmingCharacters(in: .whitespacesAndNewlines))))
            }
            guard !images.isEmpty else { break }
            let features = frozen(try network.configuration.input.tensor(images, height: 32, width: 32))
            let logits = head(Variable(features), context: .evaluation).value.scalars
            for (row, label) in labels.enumerated() {
                let scores = logits[row * 10..<(row + 1) * 10]
                correct += scores.firstIndex(of: scores.max() ?? 0) == scores.startIndex + label ? 1 : 0
            }
            total += labels.count
        }
        #expect(total == (archive == "test-1000.tar" ? 1000 : 10_000))
        #expect(abs(Double(correct) / Double(total) - expected) <= 0.001, "\(correct) of \(total)")
    }
}
