// Tensors keep their storage alive for as long as a closure has its addresses. Nothing outside this
// module sees an address.

typealias FloatPointer = UnsafeMutablePointer<Float>

func withPointers<Result>(_ a: Tensor, _ body: (FloatPointer) -> Result) -> Result {
    withExtendedLifetime(a.storage) { body(a.base) }
}

func withPointers<Result>(
    _ a: Tensor, _ b: Tensor, _ body: (FloatPointer, FloatPointer) -> Result
) -> Result {
    withExtendedLifetime((a.storage, b.storage)) { body(a.base, b.base) }
}

func withPointers<Result>(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, _ body: (FloatPointer, FloatPointer, FloatPointer) -> Result
) -> Result {
    withExtendedLifetime((a.storage, b.storage, c.storage)) { body(a.base, b.base, c.base) }
}

func withPointers<Result>(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, _ d: Tensor,
    _ body: (FloatPointer, FloatPointer, FloatPointer, FloatPointer) -> Result
) -> Result {
    withExtendedLifetime((a.storage, b.storage, c.storage, d.storage)) {
        body(a.base, b.base, c.base, d.base)
    }
}

/// The address of a tensor that may be absent.
func withOptionalPointer<Result>(_ a: Tensor?, _ body: (FloatPointer?) -> Result) -> Result {
    withExtendedLifetime(a?.storage) { body(a?.base) }
}

extension Tensor {
    func requireShape(_ shape: [Int], _ what: @autoclosure () -> String) {
        precondition(self.shape == shape, "\(what()): shape \(self.shape), not \(shape)")
    }

    func requireCount(_ count: Int, _ what: @autoclosure () -> String) {
        precondition(self.count == count, "\(what()): \(self.count) elements, not \(count)")
    }
}
