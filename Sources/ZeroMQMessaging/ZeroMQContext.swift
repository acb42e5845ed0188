import CZeroMQ
import Foundation

/// The system's text for an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: zmq_strerror(number))
}

/// libzmq's context.
///
/// `@unchecked Sendable`: libzmq documents contexts as safe to use from any thread; the pointer never changes,
/// and only the sockets' thread terminates it, once, after its last use.
final class ZeroMQContext: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    init(ioThreads: Int) throws {
        guard let pointer = zmq_ctx_new() else {
            throw MessagingError(.system, "libzmq grants no context: \(systemMessage(zmq_errno()))")
        }
        self.pointer = pointer
        zmq_ctx_set(pointer, ZMQ_IO_THREADS, Int32(clamping: max(1, ioThreads)))
    }

    /// Waits for lingering messages and ends libzmq's threads.
    func terminate() {
        while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
    }
}
