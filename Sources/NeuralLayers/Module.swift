import DifferentiableTensors
import TensorKernels

/// A part of a model. It lists its parameters, buffers and children explicitly, in a fixed order:
/// checkpoints, freezing and optimizers all go by these lists and by the parameters' paths.
public protocol Module: AnyObject {
    /// Parameters of this part itself.
    var ownParameters: [Parameter] { get }
    /// State that is never trained, of this part itself.
    var ownBuffers: [Buffer] { get }
    /// The parts of this part.
    var children: [any Module] { get }
}

extension Module {
    public var ownParameters: [Parameter] { [] }
    public var ownBuffers: [Buffer] { [] }
    public var children: [any Module] { [] }

    /// All parameters, this part's first, then each child's.
    public var parameters: [Parameter] { ownParameters + children.flatMap(\.parameters) }

    /// All buffers, in the same order.
    public var buffers: [Buffer] { ownBuffers + children.flatMap(\.buffers) }

    public var trainableParameters: [Parameter] { parameters.filter(\.isTrainable) }

    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Freezes or unfreezes all parameters.
    public func setTrainable(_ isTrainable: Bool) {
        for parameter in parameters { parameter.isTrainable = isTrainable }
    }

    /// Freezes or unfreezes the parameters at or below a path.
    /// - Parameter path: a path or a pattern; see `ParameterPattern`.
    /// - Throws: `NeuralLayersError` where no parameter stands at or below it.
    public func setTrainable(_ isTrainable: Bool, path: String) throws {
        let pattern = ParameterPattern(path)
        let found = parameters.filter { pattern.matches($0.name) }
        guard !found.isEmpty else { throw NeuralLayersError.unknownPath(path, known: parameters.map(\.name)) }
        for parameter in found { parameter.isTrainable = isTrainable }
    }
}
