import TensorKernels

/// The weights of a model's frozen part in a reduced precision, each packed when it is first asked for and kept.
///
/// They do not follow changes: what is in here must be frozen for good.
public final class PackedWeights {
    public let precision: ReducedPrecision
    /// With the parameter, which must live on, or another could take its place in memory.
    private var packed: [ObjectIdentifier: (parameter: Parameter, weight: PackedWeight)] = [:]

    /// - Parameter precision: available on this processor by the time of the first forward pass.
    public init(precision: ReducedPrecision) {
        self.precision = precision
    }

    func weight(_ parameter: Parameter, isInputMajor: Bool) -> PackedWeight {
        if let known = packed[ObjectIdentifier(parameter)] { return known.weight }
        let weight = PackedWeight(parameter.value, isInputMajor: isInputMajor, precision: precision)
        packed[ObjectIdentifier(parameter)] = (parameter, weight)
        return weight
    }
}

/// activation(x · weightᵀ + bias) with a packed weight, as data: nothing is recorded.
/// - Parameter x: [rows, inputs].
/// - Returns: [rows, outputs].
public func linear(
    _ x: Variable, packed weight: PackedWeight, bias: Tensor?, activation: Activation? = nil
) -> Variable {
    let product = weight.product(x.value)
    return Variable(product.addRowAndActivate(bias, activation, keepsArgument: false).result)
}
