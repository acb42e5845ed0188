/// A message that a router received, and whom it came from.
public struct RouterMessage: Sendable, Equatable {
    /// The sender's identity: send to it to answer.
    public var identity: [UInt8]
    public var body: [UInt8]

    public init(identity: [UInt8], body: [UInt8]) {
        self.identity = identity
        self.body = body
    }
}

/// A listening socket with many peers, each known by its identity. A peer that connects again under its
/// identity takes the place of its former connection.
public final class RouterEndpoint: Sendable {
    /// Where it listens, with the real port.
    public let endpoint: String
    /// What the peers send; for one consumer. Ends when the socket is closed.
    public let incoming: AsyncStream<RouterMessage>
    private let reactor: Reactor
    private let id: SocketID

    init(reactor: Reactor, id: SocketID, endpoint: String, mailbox: Mailbox<RouterMessage>) {
        self.reactor = reactor
        self.id = id
        self.endpoint = endpoint
        incoming = mailbox.stream
    }

    deinit {
        reactor.submit(.close(id, nil))
    }

    /// Hands a message to libzmq, for a peer. Suspends while the peer's queue is full.
    ///
    /// - Throws: `MessagingError`: `.unknownPeer` where no such peer is connected, `.queueFull` where the queue
    ///   stayed full for `SocketOptions.sendTimeout`, `.closed`.
    public func send(_ body: [UInt8], to identity: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let message = OutgoingMessage(identity: identity, body: body, continuation: continuation)
            if !reactor.submit(.send(id, message)) {
                continuation.resume(throwing: MessagingError.closed(endpoint))
            }
        }
    }

    /// Closes the socket; the port is free when this returns.
    public func close() async {
        await reactor.close(id)
    }
}
