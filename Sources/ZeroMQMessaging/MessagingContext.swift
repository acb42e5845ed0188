/// libzmq's context and the one thread that owns all of its sockets.
///
/// A process has one. Everything is async and may be called from any task; sockets never leave the thread.
/// Call `shutdown` at the end: it closes every socket, waits for what lingers and ends the thread.
public final class MessagingContext: Sendable {
    let reactor: Reactor

    /// - Parameter ioThreads: libzmq's own threads, which move bytes; one is enough below a gigabyte a second.
    /// - Throws: `MessagingError` where the system grants no context or no file descriptor.
    public init(ioThreads: Int = 1) throws {
        reactor = try Reactor(ioThreads: ioThreads)
    }

    deinit {
        reactor.submit(.stop(nil))
    }

    /// Opens a router socket that listens at an endpoint; port 0 lets the system choose one.
    ///
    /// - Parameters:
    ///   - endpoint: `tcp://address:port`, the address being one of this host's or `0.0.0.0`.
    ///   - interceptor: is given each message's body before it is copied and queued, on the sockets' thread, and
    ///     answers true where it has dealt with it; for messages whose latency or size counts. It must be quick and
    ///     must not wait; it may keep the frame.
    /// - Throws: `MessagingError` that names the endpoint and says what to do.
    public func bindRouter(
        to endpoint: String, options: SocketOptions = SocketOptions(),
        interceptor: (@Sendable (ReceivedFrame) -> Bool)? = nil
    ) async throws -> RouterEndpoint {
        let id = SocketID.next()
        let mailbox = Mailbox<RouterMessage>(capacity: options.incomingLimit) { [weak reactor] in
            reactor?.submit(.resumeReading(id))
        }
        let bound = try await reactor.open(
            OpenRequest(
                id: id, role: .router(mailbox, interceptor: interceptor), endpoint: endpoint, options: options
            ))
        return RouterEndpoint(reactor: reactor, id: id, endpoint: bound, mailbox: mailbox)
    }

    /// Opens a dealer socket that connects to an endpoint, now or as soon as something listens there, and
    /// connects again whenever the connection breaks.
    ///
    /// - Parameters:
    ///   - endpoint: `tcp://host:port`.
    ///   - identity: the name under which a router knows this socket, 1 to 255 bytes, the first not zero; a
    ///     random one where it is nil.
    /// - Throws: `MessagingError` where the endpoint cannot be understood. That nobody listens is no error.
    public func connectDealer(
        to endpoint: String, identity: [UInt8]? = nil, options: SocketOptions = SocketOptions()
    ) async throws -> DealerConnection {
        let id = SocketID.next()
        let mailbox = Mailbox<[UInt8]>(capacity: options.incomingLimit) { [weak reactor] in
            reactor?.submit(.resumeReading(id))
        }
        let window = SendWindow(
            endpoint: endpoint, messageLimit: options.outgoingLimit, byteLimit: options.outgoingByteLimit)
        _ = try await reactor.open(
            OpenRequest(
                id: id, role: .dealer(mailbox, window, identity: identity), endpoint: endpoint,
                options: options))
        return DealerConnection(
            reactor: reactor, id: id, endpoint: endpoint, mailbox: mailbox, window: window)
    }

    /// Closes every socket, ends their streams and ends the thread. Returns when all of that is done.
    public func shutdown() async {
        await reactor.stop()
    }
}
