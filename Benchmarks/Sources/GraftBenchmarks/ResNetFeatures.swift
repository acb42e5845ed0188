import PretrainedBackbones
import TensorKernels

/// Pooled features of 16 images of 224 by 224 from a frozen ResNet-50: batch norm folded, no graph.
struct ResNetFeatures: Workload {
    private let network: FrozenResNet
    private let images: Tensor
    let unitsPerRound = 16

    init() throws {
        let input = ImageInput(height: 224, width: 224, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        guard let configuration = ResNetConfiguration.named("resnet50", classCount: 0, input: input) else {
            throw UsageError(message: "there is no resnet50")
        }
        let whole = ResNet.random(configuration, seed: 1)
        network = FrozenResNet(whole, belowCut: whole.cutNames.count)
        images = Tensor(uninitialized: [unitsPerRound, 224, 224, 3])
        images.fillNormal(standardDeviation: 1, key: 3)
    }

    func run() { _ = network(images) }
}
