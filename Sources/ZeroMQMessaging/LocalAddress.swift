import Foundation

/// This host's address as a peer at the endpoint sees it: what to advertise when listening on every interface.
///
/// Asks the system which interface leads there; nothing is sent. A name is looked up as IPv4 alone, as libzmq
/// does it: `localhost` may be an IPv6 address first, which nobody could connect to.
///
/// - Parameter endpoint: `tcp://host:port`.
/// - Returns: a numeric address, without brackets.
/// - Throws: `MessagingError` where the endpoint is none, its name is unknown, or no route leads there.
public func localAddress(towards endpoint: String) throws -> String {
    guard let peer = TCPEndpoint(endpoint), let port = UInt16(peer.port) else {
        throw MessagingError(
            .badEndpoint, "'\(endpoint)' is no endpoint: write tcp://host:port", endpoint: endpoint)
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_family = peer.isIPv6 ? AF_INET6 : AF_INET
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(peer.host, String(max(1, port)), &hints, &list)
    guard status == 0 else {
        throw MessagingError(
            .badEndpoint, "the host of \(endpoint) has no address: \(String(cString: gai_strerror(status)))",
            endpoint: endpoint)
    }
    defer { freeaddrinfo(list) }
    for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
        if let entry, let address = localAddress(towards: entry.pointee) { return address }
    }
    throw MessagingError(
        .noSuchInterface, "this host has no route to \(endpoint): check its network", endpoint: endpoint)
}

private func localAddress(towards peer: addrinfo) -> String? {
    let descriptor = socket(peer.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard connect(descriptor, peer.ai_addr, peer.ai_addrlen) == 0 else { return nil }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = withUnsafeMutablePointer(to: &storage) { storage in
        storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            getsockname(descriptor, address, &length) == 0
                ? getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) : -1
        }
    }
    guard status == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
