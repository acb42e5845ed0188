import CZeroMQ

/// A received frame where libzmq has put it: read there, and freed with the last reference to it.
///
/// `@unchecked Sendable`: libzmq hands the frame over whole and keeps no reference; nothing writes to it afterwards,
/// and only `deinit` closes it, once nobody can read it any more.
public final class ReceivedFrame: @unchecked Sendable {
    private let message: UnsafeMutablePointer<zmq_msg_t>

    /// Takes a message's content over; the message is empty afterwards.
    init(taking message: inout zmq_msg_t) {
        self.message = .allocate(capacity: 1)
        zmq_msg_init(self.message)
        zmq_msg_move(self.message, &message)
    }

    deinit {
        zmq_msg_close(message)
        message.deallocate()
    }

    public var byteCount: Int { zmq_msg_size(message) }

    /// Lends the bytes, which need not be aligned, for the call.
    public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: byteCount).bytes)
    }
}
