/// Why a socket could not be opened or a message not be sent.
public struct MessagingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        /// The endpoint's text is not one that ZeroMQ understands.
        public static let badEndpoint = Code("bad-endpoint")
        /// Something else listens at the address.
        public static let addressInUse = Code("address-in-use")
        /// This host has no interface with the address.
        public static let noSuchInterface = Code("no-such-interface")
        /// The system does not permit this process to listen there.
        public static let notPermitted = Code("not-permitted")
        /// No peer with that identity is connected.
        public static let unknownPeer = Code("unknown-peer")
        /// The peer takes messages more slowly than they are sent, and did so for the whole send time-out.
        public static let queueFull = Code("queue-full")
        /// The socket or its context was closed.
        public static let closed = Code("closed")
        /// Any other failure of the system or of libzmq.
        public static let system = Code("system")
    }

    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String
    /// The endpoint concerned; empty where there is none.
    public let endpoint: String

    public init(_ code: Code, _ message: String, endpoint: String = "") {
        self.code = code
        self.message = message
        self.endpoint = endpoint
    }

    public var description: String { message }

    static func closed(_ endpoint: String) -> MessagingError {
        MessagingError(.closed, "the socket of \(endpoint) is closed", endpoint: endpoint)
    }
}
