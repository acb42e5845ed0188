import CTensorKernels
import Synchronization

/// Keeps freed tensor memory by size class and hands it out again: a warm training step takes no memory
/// from the system.
///
/// Classes are four to each power of two, so at most a quarter of a block is unused; where the right class has no
/// free block, one of up to twice the size serves. No more is kept than twice what was in use at one time.
public final class StoragePool: Sendable {
    /// The pool of this process.
    public static let shared = StoragePool()

    /// What the pool holds and has done.
    public struct Statistics: Sendable, Equatable {
        /// Bytes in use by tensors.
        public var bytesInUse = 0
        /// Bytes kept for reuse.
        public var bytesCached = 0
        /// The most bytes that were in use at one time.
        public var peakBytesInUse = 0
        /// The largest sum of the two so far.
        public var peakBytes = 0
        /// Blocks that had to come from the system.
        public var systemAllocations = 0
        /// Blocks that came from the cache.
        public var reuses = 0
    }

    /// One block of memory. Only the pool makes and frees them.
    struct Block {
        let pointer: UnsafeMutablePointer<Float>
        let capacity: Int
    }

    private struct State {
        /// Addresses of free blocks by capacity: an address is `Sendable`, a pointer is not.
        var free: [Int: [UInt]] = [:]
        var statistics = Statistics()

        /// A free block of class `capacity`, or of the next larger one that has any.
        mutating func takeFree(from capacity: Int) -> (capacity: Int, address: UInt?)? {
            var candidate = capacity
            while candidate <= 2 * capacity {
                if let address = free[candidate]?.popLast() { return (candidate, address) }
                candidate = StoragePool.capacity(for: candidate + 1)
            }
            return nil
        }
    }

    private let state = Mutex(State())

    /// Counters as they are now.
    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Gives all cached memory back to the system, and with it what malloc keeps of freed memory in its arenas, one
    /// to a thread: after some jobs that is four times what an idle worker needs.
    public func trim() {
        let addresses = state.withLock { state in
            let addresses = state.free.values.flatMap { $0 }
            state.free.removeAll()
            state.statistics.bytesCached = 0
            return addresses
        }
        for address in addresses {
            UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        }
        graft_return_freed_memory()
    }

    func take(count: Int) -> Block {
        let wanted = Self.capacity(for: count)
        let (capacity, cached) = state.withLock { state in
            let (capacity, address) = state.takeFree(from: wanted) ?? (wanted, nil)
            let bytes = capacity * MemoryLayout<Float>.stride
            state.statistics.bytesInUse += bytes
            if address != nil {
                state.statistics.bytesCached -= bytes
                state.statistics.reuses += 1
            } else {
                state.statistics.systemAllocations += 1
            }
            let total = state.statistics.bytesInUse + state.statistics.bytesCached
            state.statistics.peakBytes = max(state.statistics.peakBytes, total)
            state.statistics.peakBytesInUse = max(
                state.statistics.peakBytesInUse, state.statistics.bytesInUse)
            return (capacity, address)
        }
        let bytes = capacity * MemoryLayout<Float>.stride
        let raw =
            cached.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
            ?? LargeMemory.allocate(byteCount: bytes)
        return Block(pointer: raw.bindMemory(to: Float.self, capacity: capacity), capacity: capacity)
    }

    func giveBack(_ block: Block) {
        let bytes = block.capacity * MemoryLayout<Float>.stride
        let address = UInt(bitPattern: block.pointer)
        let isKept = state.withLock { state in
            state.statistics.bytesInUse -= bytes
            let limit = max(Self.smallestCache, 2 * state.statistics.peakBytesInUse)
            guard state.statistics.bytesCached + bytes <= limit else { return false }
            state.free[block.capacity, default: []].append(address)
            state.statistics.bytesCached += bytes
            return true
        }
        if !isKept { UnsafeMutableRawPointer(block.pointer).deallocate() }
    }

    /// So many bytes may be kept however few are in use.
    private static let smallestCache = 64 << 20

    /// The smallest size class that holds `count` elements; 64 at the least.
    static func capacity(for count: Int) -> Int {
        guard count > 64 else { return 64 }
        let power = 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount - 1)
        let step = max(16, power / 4)
        return (count + step - 1) / step * step
    }
}
