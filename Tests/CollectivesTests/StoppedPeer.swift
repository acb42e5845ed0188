import Foundation
import WireProtocol

/// A peer by its bytes alone: it speaks just enough of ZMTP 3.0 (rfc.zeromq.org/spec/23) to send messages, stops
/// wherever a test wants, and closes nothing, as a stopped process or a host without power does.
final class StoppedPeer: Sendable {
    struct Failure: Error { var what: String }

    /// Accepts connections, as the kernel does for a stopped process, and never says a word.
    let endpoint: String
    private let listener: Int32
    private let connection: Int32

    /// - Parameter target: `tcp://127.0.0.1:port`, a router.
    init(connectingTo target: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var own = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard Self.with(&own, { bind(listener, $0, length) }) == 0, listen(listener, 8) == 0,
            Self.with(&own, { getsockname(listener, $0, &length) }) == 0
        else { throw Failure(what: "listen") }
        guard let port = UInt16(target.split(separator: ":").last ?? "") else { throw Failure(what: target) }
        var other = Self.address(port: port)
        guard Self.with(&other, { connect(connection, $0, length) }) == 0 else {
            throw Failure(what: "connect")
        }
        self.listener = listener
        self.connection = connection
        endpoint = "tcp://127.0.0.1:\(UInt16(bigEndian: own.sin_port))"
    }

    deinit {
        close(connection)
        close(listener)
    }

    /// Greeting and READY of a dealer, and the router's.
    func shakeHands() throws {
        let mechanism = Array("NULL".utf8) + [UInt8](repeating: 0, count: 16)
        try write([0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 0] + mechanism)
        try write([0] + [UInt8](repeating: 0, count: 31))
        let ready =
            [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6] + Array("DEALER".utf8)
        _ = try read(64)
        try write([4, UInt8(ready.count)] + ready)
        let header = try read(2)
        _ = try read(Int(header[1]))
    }

    /// - Parameters:
    ///   - more: whether the frame says that another one follows.
    ///   - share: of the frame's bytes that are sent.
    func send(_ body: WireBody, more: Bool = false, share: Double = 1) throws {
        let bytes = try Envelope(body: body).encode()
        let length = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (56 - 8 * $0)) }
        try write([more ? 3 : 2] + length + bytes.prefix(Int(Double(bytes.count) * share)))
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = Array(rest)
            let count = Glibc.send(connection, chunk, chunk.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { throw Failure(what: "send") }
            rest = rest.dropFirst(count)
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var bytes = [UInt8](repeating: 0, count: count)
        guard recv(connection, &bytes, count, Int32(MSG_WAITALL)) == count else {
            throw Failure(what: "receive")
        }
        return bytes
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private static func with(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32
    ) -> Int32 {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
