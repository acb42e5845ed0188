import Glibc

/// Memory for large arrays, in pages of 2 MB where the system has them.
enum LargeMemory {
    private static let hugePage = 2 << 20
    /// From this size on; below, the part of a huge page that stays unused would count.
    private static let smallest = 4 * hugePage

    /// Memory with an alignment of 64 at least; free it with `deallocate`.
    ///
    /// Sums, results and weights are gone through from end to end several times a step, and with small pages to look
    /// addresses up costs more than to add. The advice may be refused, which changes nothing but speed.
    static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        let isLarge = byteCount >= smallest
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount, alignment: isLarge ? hugePage : 64)
        if isLarge { madvise(memory, byteCount, Int32(MADV_HUGEPAGE)) }
        return memory
    }
}
