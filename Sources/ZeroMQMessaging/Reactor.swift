import CZeroMQ
import Foundation
import Synchronization

/// The way from tasks to the thread that owns the sockets: commands go into a queue, an eventfd wakes the
/// thread.
final class Reactor: Sendable {
    private struct State {
        var commands: [ReactorCommand] = []
        var isWakePending = false
        var isStopped = false
        var wakeDescriptor: Int32
    }

    private let state: Mutex<State>

    init(ioThreads: Int) throws {
        let wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else {
            throw MessagingError(
                .system, "the system grants no eventfd (\(systemMessage(errno))): too many files are open")
        }
        state = Mutex(State(wakeDescriptor: wakeDescriptor))
        let context: ZeroMQContext
        do {
            context = try ZeroMQContext(ioThreads: ioThreads)
        } catch {
            Glibc.close(wakeDescriptor)
            throw error
        }
        let thread = Thread { [self] in
            ReactorLoop(reactor: self, context: context, wakeDescriptor: wakeDescriptor).run()
        }
        thread.name = "graft-sockets"
        thread.start()
    }

    /// Queues a command and wakes the thread.
    ///
    /// - Returns: false, and the command is dropped, where the thread has ended.
    @discardableResult
    func submit(_ command: ReactorCommand) -> Bool {
        state.withLock { state in
            if state.isStopped { return false }
            state.commands.append(command)
            if !state.isWakePending {
                state.isWakePending = true
                // Under the lock, so that the descriptor cannot be closed meanwhile.
                eventfd_write(state.wakeDescriptor, 1)
            }
            return true
        }
    }

    /// Takes all queued commands; for the thread.
    func takeCommands() -> [ReactorCommand] {
        state.withLock { state in
            if state.isWakePending {
                var count: eventfd_t = 0
                eventfd_read(state.wakeDescriptor, &count)
                state.isWakePending = false
            }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Refuses further commands and hands out the last ones; for the thread, at its end.
    func takeLastCommands() -> [ReactorCommand] {
        state.withLock { state in
            state.isStopped = true
            Glibc.close(state.wakeDescriptor)
            state.wakeDescriptor = -1
            defer { state.commands = [] }
            return state.commands
        }
    }

    func open(_ request: OpenRequest) async throws -> String {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<String, any Error>) in
            if !submit(.open(request, continuation)) {
                continuation.resume(throwing: MessagingError.closed(request.endpoint))
            }
        }
    }

    func close(_ id: SocketID) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if !submit(.close(id, continuation)) { continuation.resume() }
        }
    }

    func stop() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if !submit(.stop(continuation)) { continuation.resume() }
        }
    }
}
