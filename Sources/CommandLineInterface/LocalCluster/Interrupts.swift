import Dispatch
import Foundation
import Synchronization

/// Runs work that Ctrl-C and SIGTERM cancel, so that it can clean up. A second signal ends the process at once.
enum Interrupts {
    /// - Throws: What `body` throws; `CommandFailure` (`interrupted`) where a signal ended it.
    static func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task(operation: body)
        let received = Mutex(false)
        let handle: @Sendable () -> Void = {
            let isSecond = received.withLock { received in
                defer { received = true }
                return received
            }
            if isSecond { exit(ExitStatus.interrupted.rawValue) }
            task.cancel()
        }
        let sources = [SIGINT, SIGTERM].map { number in
            // The default action would end the process before the source hears of the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handle)
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        do {
            return try await task.value
        } catch {
            throw received.withLock { $0 } ? CommandFailure(.interrupted, "interrupted") : error
        }
    }
}
