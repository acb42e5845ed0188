import DifferentiableTensors
import TensorKernels

/// A linear map that can carry a low-rank adapter.
public protocol AdaptableProjection: Module {
    var weight: Parameter { get }
    var inputCount: Int { get }
    var outputCount: Int { get }
    /// A part of the map: its parameters are the map's.
    var adapter: LowRankAdapter? { get set }
    /// Adds `difference` [outputs, inputs] to the weight.
    func add(toWeight difference: Tensor)
}

extension AdaptableProjection {
    /// Path of the map: its weight's without the last component.
    public var path: String { weight.name.split(separator: ".").dropLast().joined(separator: ".") }

    public var children: [any Module] { adapter.map { [$0] } ?? [] }

    /// The map's result and what the adapter adds, then the activation.
    /// - Parameter map: the map by itself, with the activation it is given.
    func adapted(
        _ x: Variable, activation: Activation?, context: ForwardContext, _ map: (Activation?) -> Variable
    ) -> Variable {
        guard let adapter else { return map(activation) }
        let sum = map(nil) + adapter(x, context: context)
        return activation.map(sum.activated) ?? sum
    }
}

extension Module {
    /// All linear maps of this part that can carry an adapter, in order.
    public var projections: [any AdaptableProjection] {
        children.flatMap { child in
            (child as? any AdaptableProjection).map { [$0] } ?? child.projections
        }
    }

    /// Runs `body` with the adapters' differences in the weights and the adapters gone, and puts everything back as
    /// it was, to the bit.
    public func withMergedAdapters<Result>(_ body: () throws -> Result) rethrows -> Result {
        let adapted = projections.compactMap { projection in
            projection.adapter.map {
                (projection: projection, adapter: $0, weight: projection.weight.value.copy())
            }
        }
        for each in adapted {
            each.projection.add(toWeight: each.adapter.weightDifference())
            each.projection.adapter = nil
        }
        defer {
            for each in adapted {
                each.projection.weight.value.assign(each.weight)
                each.projection.adapter = each.adapter
            }
        }
        return try body()
    }
}
