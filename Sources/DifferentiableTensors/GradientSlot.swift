import TensorKernels

/// Where the gradient of one value is summed up.
///
/// The first contribution overwrites, later ones add, so that clearing costs nothing. A persistent slot, a
/// parameter's, allocates its tensor once; any other takes its first contribution over and gives the sum
/// away when it has been used.
public final class GradientSlot {
    /// Which rows of the sum may be other than zero.
    public enum Contents: Equatable {
        /// Nothing was added.
        case none
        /// Only these rows, in ascending order.
        case rows([Int])
        case all
    }

    let shape: [Int]
    private let isPersistent: Bool
    private var sum: Tensor?
    private var touchedRows: Set<Int> = []
    private var state = State.stale
    /// Whether a product is kept for later instead of being computed; see `Parameter.keepsProducts`.
    var keepsProducts = false
    private var products: [TransposedProduct] = []

    private enum State {
        /// The tensor, if there is one, holds what an earlier use left.
        case stale
        case zeros
        case rows
        case dense
    }

    /// - Parameter memory: where a persistent slot sums up; `nil`: a tensor of its own.
    init(shape: [Int], isPersistent: Bool, memory: Tensor? = nil) {
        self.shape = shape
        self.isPersistent = isPersistent
        sum = memory
    }

    var contents: Contents {
        switch state {
        case .stale, .zeros: .none
        case .rows: .rows(touchedRows.sorted())
        case .dense: .all
        }
    }

    /// The sum so far, or `nil` where nothing was added.
    var current: Tensor? { contents == .none ? nil : sum }

    /// The sum, zeros where nothing was added; stays the slot's.
    func materialized() -> Tensor {
        let tensor = tensorForWriting()
        if state == .stale {
            tensor.fill(0)
            state = .zeros
        }
        return tensor
    }

    /// Adds `contribution`, which must not be written to afterwards.
    public func add(_ contribution: Tensor) {
        precondition(contribution.shape == shape, "gradient of shape \(contribution.shape) for \(shape)")
        if isEmpty, !isPersistent {
            sum = contribution
            state = .dense
            return
        }
        accumulate { target, adds in
            if adds { target.addInPlace(contribution) } else { target.assign(contribution) }
        }
    }

    /// Adds what `body` computes, in place.
    /// - Parameter body: writes all of its first argument: adds to it where the second argument is true,
    ///   overwrites it otherwise.
    public func accumulate(_ body: (_ target: Tensor, _ adds: Bool) -> Void) {
        let adds = !isEmpty
        if adds, !isPersistent, sum?.isUniquelyReferenced() == false { sum = sum?.copy() }
        body(tensorForWriting(), adds)
        state = .dense
    }

    /// Adds a product: at once, or where products are kept, by whoever takes them.
    /// - Parameter product: of the slot's size; its factors must not be written to afterwards.
    func addProduct(_ product: TransposedProduct) {
        guard !keepsProducts else { return products.append(product) }
        accumulate { target, adds in product.compute(into: target, adds: adds) }
    }

    /// Hands out the products that were kept, in the order in which they were added.
    func takeProducts() -> [TransposedProduct] {
        defer { products = [] }
        return products
    }

    /// Adds row i of `contribution` to row `indices[i]`.
    func addRows(_ contribution: Tensor, at indices: [Int]) {
        if !isPersistent, sum?.isUniquelyReferenced() == false { sum = sum?.copy() }
        let target = tensorForWriting()
        if state == .stale {
            target.fill(0)
            state = .zeros
        }
        target.scatterAddRows(contribution, at: indices)
        if state != .dense {
            touchedRows.formUnion(indices)
            state = .rows
        }
    }

    /// Hands the sum out and forgets it.
    func take() -> Tensor? {
        let result = current
        sum = nil
        touchedRows = []
        state = .stale
        return result
    }

    /// Forgets the sum but keeps a persistent slot's tensor.
    func clear() {
        if isPersistent, let sum {
            if state == .rows {
                sum.fillRows(touchedRows.sorted(), with: 0)
                state = .zeros
            } else if state == .dense {
                state = .stale
            }
        } else {
            sum = nil
            state = .stale
        }
        touchedRows = []
    }

    private var isEmpty: Bool { state == .stale || state == .zeros }

    private func tensorForWriting() -> Tensor {
        if let sum { return sum }
        let tensor = Tensor(uninitialized: shape)
        sum = tensor
        return tensor
    }
}
