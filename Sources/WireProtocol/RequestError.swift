/// The other side understood a request and will not serve it.
public struct RefusedError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs: the refusal's own code.
    public let code: String
    /// For people: what, where and what to do.
    public let message: String
    /// Who refused.
    public let endpoint: String

    public init(code: String, message: String, endpoint: String) {
        self.code = code
        self.message = message
        self.endpoint = endpoint
    }

    public var description: String { message }
}

/// Why a request has no answer.
public struct RequestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        /// Nobody answered before the deadline, however often the request was repeated.
        public static let coordinatorUnreachable = Code("coordinator-unreachable")
        /// The channel was closed.
        public static let closed = Code("closed")
        /// The answer is of another kind than the request calls for.
        public static let unexpectedReply = Code("unexpected-reply")
    }

    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String
    /// Who was asked.
    public let endpoint: String

    public init(_ code: Code, _ message: String, endpoint: String) {
        self.code = code
        self.message = message
        self.endpoint = endpoint
    }

    public var description: String { message }

    static func unreachable(_ endpoint: String, after time: Duration, attempts: Int) -> RequestError {
        RequestError(
            .coordinatorUnreachable,
            "no answer from \(endpoint) within \(time.formatted) (\(attempts) attempts): is it running there, "
                + "and does the network let this host reach it?",
            endpoint: endpoint)
    }

    /// For a reply that does not fit its request.
    public static func unexpectedReply(_ reply: WireBody, to request: String, endpoint: String)
        -> RequestError
    {
        RequestError(
            .unexpectedReply, "\(endpoint) answered \(request) with \(reply.name)", endpoint: endpoint)
    }
}

extension Duration {
    /// For messages: "1.5 s".
    var formatted: String {
        let (seconds, attoseconds) = components
        let tenths = attoseconds / 100_000_000_000_000_000
        return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
}
