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
