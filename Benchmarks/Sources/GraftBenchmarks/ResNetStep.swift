import DifferentiableTensors
import NeuralLayers
import Optimizers
import PretrainedBackbones
import TensorKernels

/// A training step of ResNet-20 on 128 images of 32 by 32: forward, backward, SGD with momentum.
final class ResNetStep: Workload {
    private let network: ResNet
    private let optimizer: StochasticGradientDescent
    private let images: Tensor
    private let labels: [Int]
    let unitsPerRound = 128

    init() throws {
        let input = ImageInput(height: 32, width: 32, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        guard let configuration = ResNetConfiguration.named("resnet20", classCount: 10, input: input) else {
            throw UsageError(message: "there is no resnet20")
        }
        network = ResNet.random(configuration, seed: 1)
        optimizer = StochasticGradientDescent(
            groups: [ParameterGroup(network.parameters, weightDecay: 1e-4)], momentum: 0.9)
        images = Tensor(uninitialized: [unitsPerRound, 32, 32, 3])
        images.fillNormal(standardDeviation: 1, key: 3)
        labels = (0..<unitsPerRound).map { $0 % 10 }
    }

    func run() {
        let logits = network(Variable(images), context: .training(seed: 1, step: 0, microBatch: 0))
        crossEntropy(logits, labels: labels).scaled(by: 1 / Float(unitsPerRound)).backward()
        optimizer.update(learningRate: 1e-3, gradientScale: 1)
        for parameter in network.parameters { parameter.clearGradient() }
    }
}
