/// Float32 memory, aligned to 64 bytes, taken from the caching pool and given back when the last tensor
/// that uses it is gone.
///
/// A storage and the tensors over it stay in one isolation domain: they are not `Sendable`.
public final class TensorStorage {
    /// Elements that may be used.
    public let count: Int
    let base: UnsafeMutablePointer<Float>
    private let block: StoragePool.Block

    /// Contents are undefined: they are what an earlier tensor left.
    init(count: Int) {
        self.count = count
        block = StoragePool.shared.take(count: count)
        base = block.pointer
    }

    deinit {
        StoragePool.shared.giveBack(block)
    }
}
