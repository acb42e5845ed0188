import NeuralLayers
import TensorKernels

/// The parts of a LeNet below a cut, as they are now.
public final class FrozenLeNet: FrozenFeatureForward {
    private struct Part {
        let weight: PackedConvolutionWeight
        let bias: Tensor?
        let pools: Bool
    }

    private let grey: GreyValues?
    private let parts: [Part]
    private let featureShape: [Int]

    /// - Parameter cut: number of parts; see `FeatureBackbone.cut(named:)`.
    public init(_ network: LeNet, belowCut cut: Int) {
        precondition(cut >= 0 && cut <= network.cutNames.count, "cut \(cut) of \(network.cutNames.count)")
        grey = cut > 0 && network.configuration.channels == 1 ? GreyValues() : nil
        featureShape = network.featureShape(belowCut: cut)
        let map = network.featureShape(belowCut: 2)
        var parts = network.convolutions.prefix(cut).map {
            Part(
                weight: PackedConvolutionWeight($0.weight.value, $0.shape), bias: $0.bias?.value, pools: true)
        }
        if cut > 2 {
            // A window as large as the map: PyTorch flattens the map in the order of a filter.
            let shape = ConvolutionShape(
                inputs: map[2], outputs: network.featureCount, kernelHeight: map[0], kernelWidth: map[1])
            parts.append(
                Part(
                    weight: PackedConvolutionWeight(
                        network.linear.weight.value.reshaped(shape.weightShape), shape),
                    bias: network.linear.bias?.value, pools: false))
        }
        self.parts = parts
    }

    public func callAsFunction(_ images: Tensor) -> Tensor {
        let features = parts.reduce(grey.map { $0(images) } ?? images) { x, part in
            // A rectifier and a maximum may change places.
            let hidden = x.convolved(
                part.weight, ending: ConvolutionEnding(bias: part.bias, rectifier: .relu), independently: true
            )
            return part.pools ? hidden.maximumPooled(LeNet.pooling).result : hidden
        }
        return features.reshaped([images.shape[0]] + featureShape)
    }
}
