import DifferentiableTensors
import Foundation
import ImageDecoding
import NeuralLayers
import Optimizers
import PretrainedBackbones
import TensorKernels

/// Training of ResNet-20 from random weights on images of 32 by 32, 128 a step.
final class ResNetGradients: GradientSteps {
    private static let batch = 128
    private let network: ResNet
    private let optimizer: StochasticGradientDescent
    private let images: [(pixels: [Float], label: Int)]

    /// - Parameter folder: files NAME.png, and NAME.cls with the class's number.
    init(folder: URL) throws {
        let input = ImageInput(height: 32, width: 32, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        guard let configuration = ResNetConfiguration.named("resnet20", classCount: 10, input: input) else {
            throw UsageError(message: "there is no resnet20")
        }
        network = ResNet.random(configuration, seed: 1)
        optimizer = StochasticGradientDescent(
            groups: [ParameterGroup(network.parameters, weightDecay: 1e-4)], momentum: 0.9)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".png") }.sorted()
        guard names.count >= Self.batch else {
            throw UsageError(message: "\(folder.path) holds fewer than \(Self.batch) images")
        }
        images = try names.prefix(Self.batch).map { name in
            let file = folder.appending(path: name)
            let image = try DecodedImage(decoding: [UInt8](Data(contentsOf: file)), name: name)
            let label = try String(
                contentsOf: file.deletingPathExtension().appendingPathExtension("cls"), encoding: .utf8)
            guard image.width == 32, image.height == 32,
                let number = Int(label.trimmingCharacters(in: .whitespacesAndNewlines))
            else { throw UsageError(message: "\(name) is not 32 by 32, or its class is no number") }
            return (image.pixels.map { (Float($0) - 120) / 64 }, number)
        }
    }

    var parameters: [Parameter] { network.parameters }

    func group(of parameter: Parameter) -> String {
        if parameter.name.contains("bn") || parameter.name.contains("norm") { return "batch-norms" }
        return parameter.shape.count > 2 ? "convolutions" : "head"
    }

    func backward(step: Int, microBatch: Int, of count: Int) {
        let chosen = (0..<Self.batch / count).map { images[$0 * count + microBatch] }
        let pixels = Tensor(chosen.flatMap(\.pixels), shape: [chosen.count, 32, 32, 3])
        let logits = network(
            Variable(pixels), context: .training(seed: 1, step: step, microBatch: microBatch))
        crossEntropy(logits, labels: chosen.map(\.label)).scaled(by: 1 / Float(Self.batch)).backward()
    }

    func update() { optimizer.update(learningRate: 0.1) }
}
