import DifferentiableTensors
import TensorKernels

/// A two-dimensional convolution: parameters `<name>.weight` [outputs, inputs / groups, height, width] and, where
/// it has one, `<name>.bias` [outputs].
public final class Convolution2D: Module {
    public let weight: Parameter
    public let bias: Parameter?
    public let shape: ConvolutionShape

    /// Starts with zeros: load or `initialize` it.
    public init(_ name: String, _ shape: ConvolutionShape, hasBias: Bool = false) {
        weight = Parameter("\(name).weight", shape: shape.weightShape)
        bias = hasBias ? Parameter("\(name).bias", shape: [shape.outputs]) : nil
        self.shape = shape
    }

    public var ownParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// - Parameter x: [images, height, width, inputs].
    /// - Returns: [images, height, width, outputs]; in evaluation an image's bits do not depend on the others.
    public func callAsFunction(_ x: Variable, context: ForwardContext) -> Variable {
        convolution(
            x, weight: context.variable(weight), bias: bias.map(context.variable), shape: shape,
            independently: !context.isTraining)
    }

    /// Weights from a normal distribution of deviation √(2 / (outputs · kernel)), bias zero: the start of
    /// residual networks (He et al. 2015, fan-out).
    public func initialize(key: RandomKey) {
        let fanOut = shape.outputs / shape.groups * shape.kernelHeight * shape.kernelWidth
        weight.setValue {
            $0.fillNormal(
                standardDeviation: (2 / Float(fanOut)).squareRoot(), key: key.derived(weight.name).bits)
        }
        bias?.value.fill(0)
    }
}
