import Foundation

/// `tcp://host:port`, taken apart.
///
/// libzmq uses one family of addresses a socket. Names and numbers without brackets are IPv4 here; IPv6 is for
/// those who write an address of it, in brackets.
public struct TCPEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// A name or address, without brackets.
    public var host: String
    /// From 0 to 65535, or "*".
    public var port: String
    /// Whether the host is in brackets: an IPv6 address.
    public var isIPv6: Bool

    public init(host: String, port: String, isIPv6: Bool) {
        self.host = host
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// `nil` for anything but `tcp://host:port`.
    public init?(_ endpoint: String) {
        guard let (host, port) = hostAndPort(of: endpoint) else { return nil }
        self.port = String(port)
        isIPv6 = host.hasPrefix("[") && host.hasSuffix("]")
        self.host = isIPv6 ? String(host.dropFirst().dropLast()) : host
    }

    /// Whether it stands for every address of its host: to listen at, not to connect to.
    public var isWildcard: Bool { ["*", "0.0.0.0", "::"].contains(host) }

    public var description: String { "tcp://\(isIPv6 ? "[\(host)]" : host):\(port)" }
}
