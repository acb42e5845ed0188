import Synchronization

/// Names a socket outside the thread that owns it.
struct SocketID: Hashable, Sendable {
    private static let counter = Atomic<UInt64>(0)
    private let number: UInt64

    static func next() -> SocketID {
        SocketID(number: counter.add(1, ordering: .relaxed).newValue)
    }
}

/// What a socket is for and where its messages go.
enum SocketRole: Sendable {
    case router(Mailbox<RouterMessage>, interceptor: (@Sendable (ReceivedFrame) -> Bool)?)
    case dealer(Mailbox<[UInt8]>, SendWindow, identity: [UInt8]?)
}

struct OpenRequest: Sendable {
    let id: SocketID
    let role: SocketRole
    let endpoint: String
    let options: SocketOptions
}

/// A message on its way to a socket. `identity` names a router's peer; `continuation` is for senders that wait
/// until libzmq has the message.
struct OutgoingMessage: Sendable {
    let identity: [UInt8]?
    let body: [UInt8]
    let continuation: CheckedContinuation<Void, any Error>?
}

/// What tasks ask of the thread that owns the sockets.
enum ReactorCommand: Sendable {
    /// Answers with the endpoint, its port filled in.
    case open(OpenRequest, CheckedContinuation<String, any Error>)
    case send(SocketID, OutgoingMessage)
    case resumeReading(SocketID)
    case close(SocketID, CheckedContinuation<Void, Never>?)
    case stop(CheckedContinuation<Void, Never>?)
}
