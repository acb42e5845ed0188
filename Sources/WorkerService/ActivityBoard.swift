import Synchronization

/// What the worker is doing and holding, written by the compute thread and the command desk, read by heartbeats.
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
    private let held = Mutex("")

    var current: Activity { state.withLock { $0 } }

    /// The job whose state is held between two of its generations; empty when none's.
    var heldJobID: String { held.withLock { $0 } }

    func hold(_ jobID: String) { held.withLock { $0 = jobID } }

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
