/// Endpoints that lead back to the host that they are used on: good for peers there, useless elsewhere.
public enum LoopbackEndpoint {
    /// - Parameter endpoint: `tcp://host:port`.
    public static func isOne(_ endpoint: String) -> Bool {
        let scheme = "tcp://"
        guard endpoint.hasPrefix(scheme) else { return false }
        let host = endpoint.dropFirst(scheme.count)
        return host.hasPrefix("127.") || host.hasPrefix("localhost:") || host.hasPrefix("[::1]:")
    }
}
