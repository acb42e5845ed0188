import CZeroMQ
import Foundation

/// Splits `tcp://host:port`; nil for anything else. Brackets around the host stay.
func hostAndPort(of endpoint: String) -> (host: String, port: Substring)? {
    let prefix = "tcp://"
    guard endpoint.hasPrefix(prefix), let colon = endpoint.lastIndex(of: ":") else { return nil }
    let start = endpoint.index(endpoint.startIndex, offsetBy: prefix.count)
    guard start < colon else { return nil }
    let host = String(endpoint[start..<colon])
    // libzmq would take fd00::2 for port 2 of a host named fd00:.
    guard !host.contains(":") || host.hasPrefix("[") && host.hasSuffix("]") else { return nil }
    return (host, endpoint[endpoint.index(after: colon)...])
}

/// Whether a TCP endpoint's port is one; libzmq takes 99999 for some other port.
func hasUsablePort(_ endpoint: String) -> Bool {
    guard endpoint.hasPrefix("tcp://") else { return true }
    guard let (_, port) = hostAndPort(of: endpoint) else { return false }
    return port == "*" || UInt16(port) != nil
}

/// What to tell a user about an endpoint at which this host cannot listen.
func bindError(_ number: Int32, _ endpoint: String) -> MessagingError {
    let (code, explanation): (MessagingError.Code, String) =
        switch number {
        case EADDRINUSE:
            (.addressInUse, "something already listens there: stop it, or choose another port")
        case EADDRNOTAVAIL, ENODEV:
            (
                .noSuchInterface,
                "this host has no such address or interface: use one of its own addresses, or 0.0.0.0 for all"
            )
        case EACCES, EPERM:
            (.notPermitted, "the system does not permit it: ports below 1024 need privileges, choose another")
        case EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO:
            (.badEndpoint, "that is no endpoint: write tcp://address:port, with port 0 for any free one")
        default:
            (.system, systemMessage(number))
        }
    return MessagingError(code, "cannot listen at \(endpoint): \(explanation)", endpoint: endpoint)
}

/// What to tell a user about an endpoint to which no connection can even be tried.
func connectError(_ number: Int32, _ endpoint: String) -> MessagingError {
    let (code, explanation): (MessagingError.Code, String) =
        switch number {
        case EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO:
            (.badEndpoint, "that is no endpoint: write tcp://host:port")
        case EMFILE:
            (.system, "too many sockets are open")
        default:
            (.system, systemMessage(number))
        }
    return MessagingError(code, "cannot connect to \(endpoint): \(explanation)", endpoint: endpoint)
}
