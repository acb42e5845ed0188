import TensorKernels

/// A named tensor that training may change.
///
/// A value made from a shape takes memory when it is first asked for, so that a model can be compared with a
/// checkpoint before it has any. The gradient's memory is allocated once, when it is first needed, and reused
/// in every step.
public final class Parameter {
    /// Path within the model, as in a checkpoint: "encoder.layer.0.attention.self.query.weight".
    public let name: String
    public let shape: [Int]
    private let initialValue: Float
    private var storedValue: Tensor?
    /// Whether a gradient is computed and the optimizer may change the value.
    public var isTrainable: Bool {
        didSet { if !isTrainable { slot = nil } }
    }
    /// Whether the parameter is to be trained, but not for the time being: no gradient is computed and the
    /// optimizer passes it over. The gradient's memory stays.
    public var isResting = false
    /// Whether a gradient is computed now.
    public var isLearning: Bool { isTrainable && !isResting }
    private var slot: GradientSlot?

    public init(_ name: String, _ value: Tensor, isTrainable: Bool = true) {
        self.name = name
        shape = value.shape
        initialValue = 0
        storedValue = value
        self.isTrainable = isTrainable
    }

    /// A parameter all of whose elements are `initialValue`, without memory as yet.
    public init(_ name: String, shape: [Int], initialValue: Float = 0, isTrainable: Bool = true) {
        self.name = name
        self.shape = shape
        self.initialValue = initialValue
        self.isTrainable = isTrainable
    }

    /// The value; the optimizer writes to it in place.
    public var value: Tensor {
        if let storedValue { return storedValue }
        let value = Tensor.filled(initialValue, shape: shape)
        storedValue = value
        return value
    }

    /// Overwrites all of the value, in place.
    /// - Parameter body: writes every element; what it is given may hold anything.
    public func setValue(_ body: (_ target: Tensor) throws -> Void) rethrows {
        let target = storedValue ?? Tensor(uninitialized: shape)
        try body(target)
        storedValue = target
    }

    public var count: Int { shape.reduce(1, *) }

    /// A leaf over the value whose gradient goes to this parameter; data where it is not learning.
    public var variable: Variable {
        isLearning ? Variable(value: value, leaf: gradientSlot()) : Variable(value)
    }

    /// The sum of gradients since `clearGradient()`; zeros where nothing was added. Writing to it is seen by
    /// the optimizer: the all-reduced gradient is put here.
    /// - Precondition: the parameter is trainable.
    public var gradient: Tensor {
        precondition(isTrainable, "\(name) is frozen and has no gradient")
        return gradientSlot().materialized()
    }

    /// Which rows of the gradient can be other than zero: few of them for an embedding table.
    public var gradientContents: GradientSlot.Contents { slot?.contents ?? .none }

    /// Whether backward passes leave a linear map's share of the gradient as products for `takeProducts()`, rather
    /// than adding them to `gradient`: whoever sums gradients over many passes can then do so tile by tile.
    public var keepsProducts = false {
        didSet { slot?.keepsProducts = keepsProducts }
    }

    /// Hands out what backward passes have kept; together with `gradient` these products are the gradient.
    public func takeProducts() -> [TransposedProduct] { slot?.takeProducts() ?? [] }

    /// Forgets the gradient; cheap. Products that were kept stay.
    public func clearGradient() { slot?.clear() }

    /// Overwrites the gradient, for one that was summed over workers.
    public func setGradient(_ body: (_ target: Tensor) -> Void) {
        gradientSlot().clear()
        gradientSlot().accumulate { target, _ in body(target) }
    }

    /// Makes the gradient's memory hold it in all places, zeros where nothing was added, so that others' gradients can
    /// be added to it where it lies. What is then written there is the gradient.
    public func completeGradient() {
        _ = gradientSlot().materialized()
        gradientSlot().accumulate { _, _ in }
    }

    /// Sums gradients up in memory that somebody else writes summed gradients to, which need no copying then.
    ///
    /// After such a write, `setGradient` with a body that does nothing says that the memory holds the gradient.
    public func placeGradient(in memory: Tensor) {
        slot = newSlot(memory: memory.reshaped(shape))
    }

    private func gradientSlot() -> GradientSlot {
        if let slot { return slot }
        let new = newSlot(memory: nil)
        slot = new
        return new
    }

    private func newSlot(memory: Tensor?) -> GradientSlot {
        let slot = GradientSlot(shape: shape, isPersistent: true, memory: memory)
        slot.keepsProducts = keepsProducts
        return slot
    }
}
