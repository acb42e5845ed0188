import TensorKernels

/// A tensor that remembers how it was computed, so that the gradient of a loss can be carried back.
///
/// Operations on variables are recorded as they run. Where no input requires a gradient nothing is recorded
/// and no activation is kept: a frozen network costs only its forward pass.
///
/// A new operation needs no change here: compute its value and say how its gradient goes back.
///
///     func square(_ x: Variable) -> Variable {
///         let value = x.value
///         return Variable(value.multiplied(by: value), inputs: [x]) { upstream in
///             [upstream.multiplied(by: value).scaled(by: 2)]
///         }
///     }
public final class Variable {
    public let value: Tensor
    let node: GraphNode?

    /// A leaf.
    /// - Parameter requiresGradient: whether `gradient` is wanted; false for data.
    public init(_ value: Tensor, requiresGradient: Bool = false) {
        self.value = value
        let slot = requiresGradient ? GradientSlot(shape: value.shape, isPersistent: false) : nil
        node = slot.map(GraphNode.init(leaf:))
    }

    /// The result of an operation.
    /// - Parameters:
    ///   - value: what the operation computed.
    ///   - inputs: the variables it was computed from.
    ///   - pullback: from the gradient with respect to `value` to that of each input, in order; `nil` for an
    ///     input that gets none. It keeps what it captures until the backward pass has used it; it must not
    ///     capture the new variable, nor write to the tensor it is given.
    public convenience init(_ value: Tensor, inputs: [Variable], pullback: @escaping (Tensor) -> [Tensor?]) {
        let slots = inputs.map(\.gradientSlot)
        self.init(recording: value, inputs: inputs) { upstream in
            let gradients = pullback(upstream)
            precondition(
                gradients.count == slots.count, "\(gradients.count) gradients, \(slots.count) inputs")
            for (slot, gradient) in zip(slots, gradients) {
                if let slot, let gradient { slot.add(gradient) }
            }
        }
    }

    /// The result of an operation whose pullback adds to its inputs' gradient slots by itself, in place.
    /// - Parameter pullback: see `gradientSlot`; it should capture slots and tensors, not variables.
    public init(recording value: Tensor, inputs: [Variable], pullback: @escaping (Tensor) -> Void) {
        self.value = value
        let nodes = inputs.compactMap(\.node)
        node = nodes.isEmpty ? nil : GraphNode(shape: value.shape, inputs: nodes, pullback: pullback)
    }

    init(value: Tensor, leaf slot: GradientSlot) {
        self.value = value
        node = GraphNode(leaf: slot)
    }

    public var shape: [Int] { value.shape }

    /// Whether a gradient flows to or through this variable.
    public var requiresGradient: Bool { node != nil }

    /// Where pullbacks add this variable's gradient; `nil` where none is required.
    public var gradientSlot: GradientSlot? { node?.slot }

    /// The gradient after a backward pass: of a leaf, summed over passes; of another variable only where
    /// `retainsGradient` was set.
    public var gradient: Tensor? {
        guard let node else { return nil }
        return node.isLeaf ? node.slot.current : node.retainedGradient
    }

    /// Keep this variable's gradient after the backward pass. Leaves always do.
    public var retainsGradient: Bool {
        get { node.map { $0.isLeaf || $0.retainsGradient } ?? false }
        set { node?.retainsGradient = newValue }
    }

    /// Forgets a leaf's gradient.
    public func clearGradient() { node?.slot.clear() }

    /// The same value, as data: no gradient flows back.
    public func detached() -> Variable { Variable(value) }
}
