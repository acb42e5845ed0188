import TensorKernels

extension Variable {
    /// Carries the gradient of this variable back to every leaf that requires one and adds it there.
    ///
    /// Operations are visited from the deepest to the leaves, in an order that depends on the graph alone,
    /// hence sums come out alike on every run. Activations are let go as soon as they were used. Several
    /// losses over one graph: add them up, or keep the graph in all passes but the last.
    /// - Parameters:
    ///   - seed: gradient with respect to this variable; ones by default.
    ///   - keepingGraph: whether another pass may follow.
    public func backward(seed: Tensor? = nil, keepingGraph: Bool = false) {
        guard let node else { return }
        node.slot.add(seed ?? .filled(1, shape: shape))
        var nodes = Self.operations(reachedFrom: node)
        while let operation = nodes.popLast() {
            precondition(!operation.isReleased, "backward() a second time: the first has to keep the graph")
            guard let upstream = operation.slot.take() else {
                if !keepingGraph { operation.release() }
                continue
            }
            operation.pullback?(upstream)
            if operation.retainsGradient { operation.retainedGradient = upstream }
            if !keepingGraph { operation.release() }
        }
    }

    /// All operations below `root`, the deepest last.
    private static func operations(reachedFrom root: GraphNode) -> [GraphNode] {
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
        var pending = [root]
        var found: [(order: Int, node: GraphNode)] = []
        while let node = pending.popLast() {
            if !node.isLeaf { found.append((found.count, node)) }
            for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted {
                pending.append(input)
            }
        }
        // Sort is not stable by contract: the order found breaks ties.
        found.sort { ($0.node.depth, $1.order) < ($1.node.depth, $0.order) }
        return found.map(\.node)
    }
}
