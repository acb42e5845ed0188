import CProtobufC

/// Memory for one encoding or decoding: handed out in order, freed all at once, and no more than a budget.
///
/// The budget is what keeps a small message that claims to be large from taking the host's memory.
final class WireArena {
    private static let blockBytes = 16 << 10
    private static let alignment = 16

    private var blocks: [UnsafeMutableRawPointer] = []
    private var free = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var budget: Int
    /// Whether something was refused for want of budget.
    private(set) var isExhausted = false

    init(budget: Int) {
        self.budget = budget
    }

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Bytes, all zero, or nil where the budget does not reach.
    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = (max(1, byteCount) + Self.alignment - 1) / Self.alignment * Self.alignment
        guard byteCount >= 0, byteCount <= budget, size <= budget else {
            isExhausted = true
            return nil
        }
        budget -= size
        if size > Self.blockBytes / 4 { return newBlock(size) }
        if free.count < size {
            free = UnsafeMutableRawBufferPointer(start: newBlock(Self.blockBytes), count: Self.blockBytes)
        }
        defer { free = UnsafeMutableRawBufferPointer(rebasing: free[size...]) }
        return free.baseAddress
    }

    private func newBlock(_ size: Int) -> UnsafeMutableRawPointer {
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
        block.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        blocks.append(block)
        return block
    }

    /// Calls `body` with protobuf-c's view of this arena, which is valid during the call.
    func withAllocator<Result>(_ body: (inout ProtobufCAllocator) throws -> Result) rethrows -> Result {
        var allocator = ProtobufCAllocator(
            alloc: { arena, size in
                guard let arena, size <= Int(Int32.max) else { return nil }
                return Unmanaged<WireArena>.fromOpaque(arena).takeUnretainedValue().allocate(size)
            },
            free: { _, _ in }, allocator_data: Unmanaged.passUnretained(self).toOpaque())
        return try withExtendedLifetime(self) { try body(&allocator) }
    }
}
