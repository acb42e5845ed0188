/// How a socket queues, reconnects and closes.
public struct SocketOptions: Sendable {
    /// Messages that libzmq queues for a peer before sending waits.
    public var sendHighWaterMark = 256
    /// Messages that libzmq queues from a peer before it stops reading from the network.
    public var receiveHighWaterMark = 256
    /// Received messages that wait for the program; at this number the socket is not read any further, so
    /// that back-pressure reaches the sender.
    public var incomingLimit = 1024
    /// Messages of a dealer that wait for libzmq, as while the peer is away; then `send` suspends.
    public var outgoingLimit = 256
    /// Bytes of a dealer's messages that wait for libzmq; then `send` suspends.
    public var outgoingByteLimit = 64 << 20
    /// How long a router's send waits for a peer that does not take its messages.
    public var sendTimeout: Duration = .seconds(10)
    /// A larger message is refused and its sender disconnected.
    public var maximumMessageBytes = (64 << 20) + 1024
    /// How long closing goes on sending what libzmq has queued.
    public var linger: Duration = .milliseconds(250)
    /// The first pause before connecting again; doubles up to `reconnectIntervalMaximum`.
    public var reconnectInterval: Duration = .milliseconds(50)
    /// The longest pause before connecting again.
    public var reconnectIntervalMaximum: Duration = .seconds(2)
    /// How often libzmq itself probes a connection.
    public var heartbeatInterval: Duration = .seconds(5)
    /// A connection that stays silent to probes for so long is dropped and made again.
    public var heartbeatTimeout: Duration = .seconds(20)

    public init() {}
}

extension Duration {
    /// Whole milliseconds, for libzmq's options.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
