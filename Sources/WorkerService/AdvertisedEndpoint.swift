import Foundation
import ZeroMQMessaging

/// Where a worker's peers are told to reach it.
enum AdvertisedEndpoint {
    /// What the user wants peers to be told, taken apart. Without a port it is the one that is listened at.
    struct Wish: Equatable {
        var host: String
        var port: String?
        var isIPv6: Bool

        /// - Parameter text: `host`, `host:port`, either with `tcp://` before it; IPv6 addresses in brackets.
        /// - Throws: `MessagingError` `.badEndpoint`.
        init(_ text: String) throws {
            let rest = text.hasPrefix("tcp://") ? text.dropFirst("tcp://".count) : text[...]
            isIPv6 = rest.hasPrefix("[")
            let end = isIPv6 ? rest.lastIndex(of: "]") : rest.firstIndex(of: ":") ?? rest.endIndex
            guard let end else { throw Wish.refusal(text, "the bracket is not closed") }
            host = String(isIPv6 ? rest[rest.index(after: rest.startIndex)..<end] : rest[..<end])
            let tail = isIPv6 ? rest[rest.index(after: end)...] : rest[end...]
            port = tail.isEmpty ? nil : String(tail.dropFirst())
            try check(text, tail)
        }

        private func check(_ text: String, _ tail: Substring) throws {
            guard tail.isEmpty || tail.hasPrefix(":"), !tail.dropFirst().contains(":") else {
                throw Wish.refusal(text, "write an IPv6 address in brackets, as [fd00::2]")
            }
            guard port.map({ (UInt16($0) ?? 0) > 0 }) ?? true else {
                throw Wish.refusal(text, "the port must be a number from 1 to 65535")
            }
            var address = in6_addr()
            let isHost =
                isIPv6
                ? inet_pton(AF_INET6, host, &address) == 1
                : !host.isEmpty
                    && host.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                            || Array("-._".utf8).contains(byte)
                    }
            guard isHost else { throw Wish.refusal(text, "that is no host name or address") }
            guard !TCPEndpoint(host: host, port: "0", isIPv6: isIPv6).isWildcard else {
                throw Wish.refusal(text, "it stands for every address of a host; name one of this host's")
            }
        }

        private static func refusal(_ text: String, _ reason: String) -> MessagingError {
            MessagingError(
                .badEndpoint,
                "the address to advertise, '\(text)', cannot be used: \(reason). Write host, host:port or "
                    + "tcp://host:port", endpoint: text)
        }
    }

    /// The endpoint to tell peers: the wish, else the address that is listened at, else, where that is every
    /// address of this host, the one that leads to the coordinator.
    ///
    /// - Parameters:
    ///   - bound: where the worker listens, with the real port.
    /// - Throws: `MessagingError` `.badEndpoint` where peers could not connect to the result.
    static func endpoint(wish: Wish?, bound: String, coordinator: String) throws -> String {
        guard let bound = TCPEndpoint(bound) else {
            throw MessagingError(
                .badEndpoint, "workers listen at tcp://host:port, not at '\(bound)'", endpoint: bound)
        }
        var endpoint = bound
        if let wish {
            endpoint = TCPEndpoint(host: wish.host, port: wish.port ?? bound.port, isIPv6: wish.isIPv6)
        } else if bound.isWildcard {
            let address = try localAddress(towards: coordinator)
            endpoint = TCPEndpoint(host: address, port: bound.port, isIPv6: address.contains(":"))
        }
        guard !endpoint.isIPv6 || bound.isIPv6 else {
            throw MessagingError(
                .badEndpoint,
                "peers would be told the IPv6 endpoint \(endpoint), but this worker listens at \(bound): listen "
                    + "at tcp://[::]:0, or advertise an IPv4 address", endpoint: endpoint.description)
        }
        return endpoint.description
    }
}
