import TensorKernels

/// One recorded operation, or a leaf: what the backward pass walks. It holds no value, so that a value
/// lives only as long as someone needs it.
final class GraphNode {
    let slot: GradientSlot
    /// Longest way to a leaf: an operation's inputs are all less deep.
    let depth: Int
    private(set) var inputs: [GraphNode]
    private(set) var pullback: ((Tensor) -> Void)?
    let isLeaf: Bool
    private(set) var isReleased = false
    var retainsGradient = false
    var retainedGradient: Tensor?

    init(leaf slot: GradientSlot) {
        self.slot = slot
        depth = 0
        inputs = []
        isLeaf = true
    }

    init(shape: [Int], inputs: [GraphNode], pullback: @escaping (Tensor) -> Void) {
        slot = GradientSlot(shape: shape, isPersistent: false)
        depth = (inputs.map(\.depth).max() ?? 0) + 1
        self.inputs = inputs
        self.pullback = pullback
        isLeaf = false
    }

    /// Lets go of the activations that the pullback keeps.
    func release() {
        guard !isLeaf else { return }
        inputs = []
        pullback = nil
        isReleased = true
    }
}
