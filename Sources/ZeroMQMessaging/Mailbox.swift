import Synchronization

/// A queue between a thread that delivers and a task that waits, with a deadline on every wait.
///
/// The one primitive on which this package's network half waits: it costs no timer while elements are there,
/// and one timer for many waits with the same time-out.
public final class Mailbox<Element: Sendable>: Sendable {
    /// What came of a wait.
    public enum Outcome: Sendable {
        case element(Element)
        /// No element came before the deadline.
        case timedOut
        /// The mailbox was finished and is empty, or the waiting task was cancelled.
        case finished
    }

    private struct Waiter {
        let id: UInt64
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var elements: [Element] = []
        var head = 0
        var waiters: [Waiter] = []
        var nextID: UInt64 = 0
        var cancelledBeforeWait: Set<UInt64> = []
        var isFinished = false
        var owesDrainSignal = false
        /// When the running timer fires, where one runs.
        var timerDue: ContinuousClock.Instant?
        var timer: Task<Void, Never>?

        var count: Int { elements.count - head }

        mutating func popFirst() -> Element {
            let element = elements[head]
            head += 1
            if head == elements.count {
                elements.removeAll(keepingCapacity: head <= 1024)
                head = 0
            } else if head >= 256, head * 2 >= elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return element
        }
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let onDrain: (@Sendable () -> Void)?

    /// - Parameters:
    ///   - capacity: the number of elements at which `offer` says that the mailbox is full.
    ///   - onDrain: called once after a full mailbox has become half empty.
    public init(capacity: Int = .max, onDrain: (@Sendable () -> Void)? = nil) {
        self.capacity = capacity
        self.onDrain = onDrain
    }

    deinit {
        state.withLock { $0.timer?.cancel() }
    }

    /// Elements that wait to be taken.
    public var count: Int { state.withLock { $0.count } }

    /// Adds an element, which wakes the first waiter. The element is always taken, unless the mailbox was
    /// finished; the answer asks the caller to pause.
    ///
    /// - Returns: whether there is room for another.
    @discardableResult
    public func offer(_ element: Element) -> Bool {
        let (waiter, hasRoom): (Waiter?, Bool) = state.withLock { state in
            if state.isFinished { return (nil, true) }
            if !state.waiters.isEmpty { return (state.waiters.removeFirst(), true) }
            state.elements.append(element)
            if state.count >= capacity { state.owesDrainSignal = true }
            return (nil, state.count < capacity)
        }
        waiter?.continuation.resume(returning: .element(element))
        return hasRoom
    }

    /// No more elements will come; those that are there can still be taken.
    public func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            state.timer?.cancel()
            state.timer = nil
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: .finished) }
    }

    /// Takes the next element without waiting.
    public func takeNow() -> Element? {
        let (element, hasDrained) = state.withLock { state in
            state.count == 0 ? (nil, false) : Self.take(&state, capacity: capacity)
        }
        if hasDrained { onDrain?() }
        return element
    }

    /// Waits for the next element, until the deadline, the mailbox's end or the task's cancellation.
    ///
    /// Runs and resumes where its caller runs, which saves two changes of thread for every element.
    public nonisolated(nonsending) func next(until deadline: ContinuousClock.Instant) async -> Outcome {
        await take(until: deadline)
    }

    /// Only whoever serves waits without a deadline, for whatever comes next: see `stream`.
    fileprivate nonisolated(nonsending) func take(until deadline: ContinuousClock.Instant?) async -> Outcome {
        if let element = takeNow() { return .element(element) }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(Waiter(id: id, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    private static func take(_ state: inout State, capacity: Int) -> (Element?, Bool) {
        let element = state.popFirst()
        let hasDrained = state.owesDrainSignal && state.count <= capacity / 2
        if hasDrained { state.owesDrainSignal = false }
        return (element, hasDrained)
    }

    private func wait(_ waiter: Waiter) {
        let (outcome, hasDrained): (Outcome?, Bool) = state.withLock { state in
            if state.cancelledBeforeWait.remove(waiter.id) != nil { return (.finished, false) }
            if state.count > 0 {
                let (element, hasDrained) = Self.take(&state, capacity: capacity)
                return (element.map(Outcome.element), hasDrained)
            }
            if state.isFinished { return (.finished, false) }
            state.waiters.append(waiter)
            if let deadline = waiter.deadline { arm(&state, for: deadline) }
            return (nil, false)
        }
        if hasDrained { onDrain?() }
        if let outcome { waiter.continuation.resume(returning: outcome) }
    }

    private func cancel(_ id: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            if let index = state.waiters.firstIndex(where: { $0.id == id }) {
                return state.waiters.remove(at: index)
            }
            // Either the wait has ended, or it has not begun: ids only grow, and only the latter asks.
            state.cancelledBeforeWait.insert(id)
            return nil
        }
        waiter?.continuation.resume(returning: .finished)
    }

    /// Sees to it that a timer fires no later than the deadline. A timer that fires early looks again, so a
    /// stream of waits with the same time-out needs one timer in all, not one each.
    private func arm(_ state: inout State, for deadline: ContinuousClock.Instant) {
        if let due = state.timerDue, due <= deadline, state.timer != nil { return }
        state.timer?.cancel()
        state.timerDue = deadline
        state.timer = Task { [weak self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            if !Task.isCancelled { self?.expire() }
        }
    }

    private func expire() {
        let expired = state.withLock { state in
            let now = ContinuousClock.now
            let expired = state.waiters.filter { $0.deadline.map { $0 <= now } ?? false }
            state.waiters.removeAll { $0.deadline.map { $0 <= now } ?? false }
            state.timer = nil
            state.timerDue = nil
            if let next = state.waiters.compactMap(\.deadline).min() { arm(&state, for: next) }
            return expired
        }
        for waiter in expired { waiter.continuation.resume(returning: .timedOut) }
    }
}

extension Mailbox {
    /// The mailbox as a stream for one consumer; it ends when the mailbox is finished and empty.
    public var stream: AsyncStream<Element> {
        AsyncStream {
            guard case .element(let element) = await self.take(until: nil) else { return nil }
            return element
        }
    }
}
