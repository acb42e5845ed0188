/// Why a collective could not be finished.
public struct CollectiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        /// A peer sent nothing, or took nothing, for the whole of the permitted time.
        public static let peerSilent = Code("peer-silent")
        /// A peer breaks the ring's rules: another size, an impossible range, a payload of the wrong length.
        public static let protocolViolation = Code("protocol-violation")
        /// The link was closed.
        public static let closed = Code("closed")
        /// An earlier collective on this ring has failed; only another generation can go on.
        public static let broken = Code("broken")
    }

    public let code: Code
    /// What is wrong, where, and what to do.
    public let message: String
    /// The rank of the peer concerned; nil where there is none.
    public let peerRank: Int?
    /// The name of the peer concerned; nil where there is none.
    public let peerName: String?

    public init(_ code: Code, _ message: String, peerRank: Int? = nil, peerName: String? = nil) {
        self.code = code
        self.message = message
        self.peerRank = peerRank
        self.peerName = peerName
    }

    public var description: String { message }
}
