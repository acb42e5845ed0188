import Synchronization

/// What the worker is doing, written by the compute thread and read by heartbeats.
final class ActivityBoard: Sendable {
    struct Activity: Sendable, Equatable {
        var jobID = ""
        var generation = 0
        /// idle, preparing, extracting, training, evaluating, exporting
        var name = "idle"
        var done = 0
        var total = 0
    }

    private let state = Mutex(Activity())

    var current: Activity { state.withLock { $0 } }

    func begin(_ name: String, jobID: String, generation: Int, total: Int = 0) {
        state.withLock {
            $0 = Activity(jobID: jobID, generation: generation, name: name, done: 0, total: total)
        }
    }

    func advance(to done: Int, of total: Int) {
        state.withLock {
            $0.done = done
            $0.total = total
        }
    }

    /// The job goes on, but this worker waits for its next command.
    func rest() {
        state.withLock {
            $0.done = 0
            $0.total = 0
        }
    }

    func idle() { state.withLock { $0 = Activity() } }
}
