import Foundation
import Testing

@testable import WorkerService

@Suite struct DedicatedThreadTests {
    actor Counter {
        private let thread = DedicatedThread(name: "graft-test")
        private(set) var value = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        func add() -> String? {
            value += 1
            return try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
        }
    }

    @Test func anActorsWorkRunsOnItsOwnThreadOneAtATime() async {
        let counter = Counter()
        let names = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<200 { group.addTask { await counter.add() } }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(names == ["graft-test\n"])
        #expect(await counter.value == 200)
    }

    @Test func blockedActorsDoNotHoldUpOthers() async {
        // More blocked threads than the cooperative pool has.
        let counters = (0..<8).map { _ in Blocker() }
        let gate = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for counter in counters { group.addTask { await counter.block(on: gate) } }
            group.addTask { for _ in counters { gate.signal() } }
        }
    }

    actor Blocker {
        private let thread = DedicatedThread(name: "graft-blocker")
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
        func block(on gate: DispatchSemaphore) { gate.wait() }
    }
}
