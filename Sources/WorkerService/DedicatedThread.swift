import Dispatch
import Foundation
import Synchronization

/// A thread of its own that runs an actor's work one piece at a time: matrix products and disks block for
/// long, and threads of the cooperative pool must not.
final class DedicatedThread: SerialExecutor {
    private struct Work: Sendable {
        var job: UnownedJob
        var executor: UnownedSerialExecutor
    }

    /// What the thread and the executor share. The thread does not hold the executor, so that the executor
    /// can go away and end the thread.
    private final class Queue: Sendable {
        private let pending = Mutex<[Work?]>([])
        private let available = DispatchSemaphore(value: 0)

        /// `nil` ends the thread after all earlier work.
        func add(_ work: Work?) {
            pending.withLock { $0.append(work) }
            available.signal()
        }

        func next() -> Work? {
            available.wait()
            return pending.withLock { $0.removeFirst() }
        }
    }

    private let queue = Queue()

    /// - Parameter name: the thread's name in debuggers and /proc, 15 bytes at the most.
    init(name: String) {
        let thread = Thread { [queue] in
            Self.nameCurrentThread(name)
            while let work = queue.next() {
                work.job.runSynchronously(on: work.executor)
            }
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { queue.add(nil) }

    func enqueue(_ job: consuming ExecutorJob) {
        queue.add(Work(job: UnownedJob(job), executor: asUnownedSerialExecutor()))
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Foundation's own name does not reach the system dependably: before the start there is no thread to
    /// name, and within it the object may not know its thread yet.
    private static func nameCurrentThread(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let bytes = Array(name.utf8)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
