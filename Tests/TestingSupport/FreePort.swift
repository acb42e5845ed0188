import Glibc

/// A port of this machine for a listener that comes later, or goes and comes again.
///
/// It lies below those that Linux gives to whoever asks for any: in between, another process could be given such a
/// one, and a socket that connects to it while nobody listens could be given it as its own and meet itself.
public enum FreePort {
    public struct NoneFound: Error {}

    public static func choose() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            if canListen(at: port) { return Int(port) }
        }
        throw NoneFound()
    }

    private static func canListen(at port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
