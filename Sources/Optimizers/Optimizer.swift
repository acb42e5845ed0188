import DifferentiableTensors
import TensorKernels

/// Parameters that are updated alike.
public struct ParameterGroup {
    public var parameters: [Parameter]
    /// Factor on the learning rate of every update.
    public var learningRateFactor: Float
    public var weightDecay: Float

    public init(_ parameters: [Parameter], learningRateFactor: Float = 1, weightDecay: Float) {
        self.parameters = parameters
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
    }

    /// Two groups: matrices, with weight decay, and biases and normalisation parameters, without: the habit
    /// of the BERT family. Frozen parameters are left out.
    public static func decayingMatrices(_ parameters: [Parameter], weightDecay: Float) -> [ParameterGroup] {
        let trainable = parameters.filter(\.isTrainable)
        return [
            ParameterGroup(trainable.filter { $0.shape.count >= 2 }, weightDecay: weightDecay),
            ParameterGroup(trainable.filter { $0.shape.count < 2 }, weightDecay: 0),
        ].filter { !$0.parameters.isEmpty }
    }
}

/// Changes parameters by their gradients. Its state is keyed by the parameters' paths.
///
/// An update is a function of parameters, gradients and state, bit by bit alike on every processor.
public protocol Optimizer: AnyObject {
    var groups: [ParameterGroup] { get }

    /// One update of all trainable parameters but those that rest.
    /// - Parameters:
    ///   - learningRate: before a group's factor.
    ///   - gradientScale: factor on every gradient, as clipping asks for.
    func update(learningRate: Float, gradientScale: Float)

    /// The state as named tensors, in a fixed order, for a checkpoint.
    func stateTensors() -> [(name: String, tensor: Tensor)]

    /// Puts back what `stateTensors()` gave; names that are not this optimizer's are left alone.
    /// - Throws: `OptimizersError` where a tensor is missing or has another shape.
    func restoreState(_ tensors: [String: Tensor]) throws
}

extension Optimizer {
    public var parameters: [Parameter] { groups.flatMap(\.parameters) }
}
