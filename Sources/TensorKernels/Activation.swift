import CTensorKernels

/// A function applied element by element after a linear map.
public enum Activation: String, Sendable, CaseIterable {
    /// x · Φ(x), by the error function.
    case gelu
    /// x · Φ(x), Φ approximated with tanh, as in GPT-2.
    case geluTanh = "gelu_tanh"
    case tanh
    case relu
}

extension Tensor {
    /// Writes activation(self); `result` may be the same tensor.
    public func activate(_ activation: Activation, into result: Tensor) {
        result.requireCount(count, "activation")
        withPointers(self, result) { x, out in
            switch activation {
            case .gelu: graft_gelu(x, out, count)
            case .geluTanh: graft_gelu_tanh(x, out, count)
            case .tanh: graft_tanh(x, out, count)
            case .relu: graft_relu(x, out, count)
            }
        }
    }

    /// Writes self · the derivative of the activation.
    /// - Parameter kept: the activation's result for tanh, its argument for the others.
    public func activationGradient(_ activation: Activation, kept: Tensor, into result: Tensor) {
        kept.requireCount(count, "activation gradient")
        result.requireCount(count, "activation gradient")
        withPointers(self, kept, result) { upstream, kept, out in
            switch activation {
            case .gelu: graft_gelu_gradient(upstream, kept, out, count)
            case .geluTanh: graft_gelu_tanh_gradient(upstream, kept, out, count)
            case .tanh: graft_tanh_gradient(upstream, kept, out, count)
            case .relu: graft_relu_gradient(upstream, kept, out, count)
            }
        }
    }

    /// activation(self + row), in this tensor's memory where that is possible.
    /// - Parameter keepsArgument: whether what the gradient needs is kept.
    /// - Returns: the result, and the tensor `activationGradient` needs.
    public func addRowAndActivate(
        _ row: Tensor?, _ activation: Activation?, keepsArgument: Bool
    ) -> (result: Tensor, kept: Tensor?) {
        if activation == .gelu, let row {
            row.requireCount(columnCount, "bias")
            let result = keepsArgument ? Tensor(uninitialized: shape) : self
            withPointers(self, row, result) { x, row, out in
                graft_add_row_gelu(x, row, keepsArgument ? x : nil, out, rowCount, columnCount)
            }
            return (result, keepsArgument ? self : nil)
        }
        if let row { addRowInPlace(row) }
        guard let activation else { return (self, nil) }
        let needsArgument = keepsArgument && activation != .tanh
        let result = needsArgument ? Tensor(uninitialized: shape) : self
        activate(activation, into: result)
        return (result, keepsArgument ? (needsArgument ? self : result) : nil)
    }
}
