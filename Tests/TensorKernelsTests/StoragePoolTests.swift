import Testing

@testable import TensorKernels

@Suite struct StoragePoolTests {
    @Test func sizeClassesHoldWhatIsAskedFor() {
        for count in [0, 1, 64, 65, 80, 81, 1000, 1024, 1025, 1_000_000, 11_720_448] {
            let capacity = StoragePool.capacity(for: count)
            #expect(capacity >= count && capacity % 16 == 0)
            #expect(count <= 64 || Double(capacity) <= Double(count) * 1.25 + 16)
        }
    }

    @Test func memoryIsReusedAndAligned() {
        let pool = StoragePool()
        let first = pool.take(count: 5000)
        #expect(UInt(bitPattern: first.pointer) % 64 == 0)
        pool.giveBack(first)
        let second = pool.take(count: 4990)
        #expect(second.pointer == first.pointer)
        pool.giveBack(second)
        #expect(pool.statistics.systemAllocations == 1)
        #expect(pool.statistics.reuses == 1)
        #expect(pool.statistics.bytesInUse == 0 && pool.statistics.bytesCached > 0)
        pool.trim()
        #expect(pool.statistics.bytesCached == 0)
    }

    @Test func largerBlocksServeUpToTwiceTheSize() {
        let pool = StoragePool()
        let large = pool.take(count: 8192)
        pool.giveBack(large)
        let half = pool.take(count: 4097)
        #expect(half.pointer == large.pointer && half.capacity == 8192)
        pool.giveBack(half)
        let small = pool.take(count: 3000)
        #expect(small.pointer != large.pointer)
        pool.giveBack(small)
        #expect(pool.statistics.systemAllocations == 2 && pool.statistics.bytesInUse == 0)
        pool.trim()
    }

    @Test func keepsNoMoreThanTwiceWhatWasInUse() {
        let pool = StoragePool()
        // One at a time, each too large for the block before it.
        for size in (20..<25).flatMap({ power in (4..<8).map { $0 << (power - 2) } }) {
            let block = pool.take(count: size)
            pool.giveBack(block)
        }
        #expect(pool.statistics.peakBytesInUse == 4 * (7 << 22))
        #expect(pool.statistics.bytesCached <= 2 * pool.statistics.peakBytesInUse)
        #expect(pool.statistics.bytesCached > pool.statistics.peakBytesInUse)
        pool.trim()
        #expect(pool.statistics.bytesCached == 0)
    }

    @Test func poolServesSeveralThreads() async {
        let pool = StoragePool()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<200 {
                        let block = pool.take(count: 100 + task * 10 + round % 3 * 500)
                        block.pointer[0] = 1
                        pool.giveBack(block)
                    }
                }
            }
        }
        #expect(pool.statistics.bytesInUse == 0)
        pool.trim()
    }
}
