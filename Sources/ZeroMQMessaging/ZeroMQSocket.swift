import CZeroMQ
import Foundation

/// A libzmq socket: options, frames in and out. Belongs to the thread that made it.
final class ZeroMQSocket {
    enum SendResult {
        case sent
        case wouldBlock
        case failed(MessagingError)
    }

    /// Bodies from this size on are handed to libzmq without copying; below, copying is cheaper than the
    /// bookkeeping.
    private static let sharedBodyBytes = 16 << 10

    let pointer: UnsafeMutableRawPointer
    let endpoint: String

    init(context: ZeroMQContext, request: OpenRequest) throws {
        endpoint = request.endpoint
        let type: Int32
        switch request.role {
        case .router: type = ZMQ_ROUTER
        case .dealer: type = ZMQ_DEALER
        }
        guard let pointer = zmq_socket(context.pointer, type) else {
            throw MessagingError(
                .system, "no socket for \(endpoint): \(systemMessage(zmq_errno()))", endpoint: endpoint)
        }
        self.pointer = pointer
        do {
            try configure(request)
        } catch {
            zmq_close(pointer)
            throw error
        }
    }

    private func configure(_ request: OpenRequest) throws {
        let options = request.options
        try set(ZMQ_LINGER, options.linger.wholeMilliseconds)
        try set(ZMQ_SNDHWM, Int32(clamping: options.sendHighWaterMark))
        try set(ZMQ_RCVHWM, Int32(clamping: options.receiveHighWaterMark))
        try set(ZMQ_MAXMSGSIZE, Int64(options.maximumMessageBytes))
        try set(ZMQ_RECONNECT_IVL, options.reconnectInterval.wholeMilliseconds)
        try set(ZMQ_RECONNECT_IVL_MAX, options.reconnectIntervalMaximum.wholeMilliseconds)
        try set(ZMQ_HEARTBEAT_IVL, options.heartbeatInterval.wholeMilliseconds)
        try set(ZMQ_HEARTBEAT_TIMEOUT, options.heartbeatTimeout.wholeMilliseconds)
        // Only for addresses in brackets: with it libzmq would take names for IPv6 ones, too.
        if TCPEndpoint(endpoint)?.isIPv6 == true { try set(ZMQ_IPV6, Int32(1)) }
        try set(ZMQ_TCP_KEEPALIVE, Int32(1))
        try set(ZMQ_TCP_KEEPALIVE_IDLE, Int32(30))
        try set(ZMQ_TCP_KEEPALIVE_INTVL, Int32(10))
        try set(ZMQ_TCP_KEEPALIVE_CNT, Int32(3))
        switch request.role {
        case .router:
            try set(ZMQ_ROUTER_MANDATORY, Int32(1))
            try set(ZMQ_ROUTER_HANDOVER, Int32(1))
        case .dealer(_, _, let identity):
            // Messages wait in this process until there is a peer, where they count as waiting.
            try set(ZMQ_IMMEDIATE, Int32(1))
            if let identity { try setIdentity(identity) }
        }
    }

    private func set<Value: FixedWidthInteger>(_ option: Int32, _ value: Value) throws {
        var value = value
        guard zmq_setsockopt(pointer, option, &value, MemoryLayout<Value>.size) == 0 else {
            throw MessagingError(
                .system, "libzmq refuses option \(option) = \(value) for \(endpoint)", endpoint: endpoint)
        }
    }

    private func setIdentity(_ identity: [UInt8]) throws {
        guard zmq_setsockopt(pointer, ZMQ_ROUTING_ID, identity, identity.count) == 0 else {
            throw MessagingError(
                .system, "an identity has 1 to 255 bytes, the first not zero; this one has \(identity.count)",
                endpoint: endpoint)
        }
    }

    /// Listens.
    ///
    /// - Returns: the endpoint, with the real port.
    func bind() throws -> String {
        guard hasUsablePort(endpoint) else { throw bindError(EINVAL, endpoint) }
        guard zmq_bind(pointer, endpoint) == 0 else { throw bindError(zmq_errno(), endpoint) }
        var text = [CChar](repeating: 0, count: 512)
        var length = text.count
        guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &text, &length) == 0, length > 0 else {
            return endpoint
        }
        return String(decoding: text.prefix(length - 1).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func connect() throws {
        guard hasUsablePort(endpoint) else { throw connectError(EINVAL, endpoint) }
        guard zmq_connect(pointer, endpoint) == 0 else { throw connectError(zmq_errno(), endpoint) }
    }

    func close() {
        zmq_close(pointer)
    }

    /// Hands one message to libzmq, if it takes it at once.
    func send(_ message: OutgoingMessage) -> SendResult {
        if let identity = message.identity {
            let sent = identity.withUnsafeBytes {
                zmq_send(pointer, $0.baseAddress, $0.count, ZMQ_DONTWAIT | ZMQ_SNDMORE)
            }
            if sent < 0 { return failure(zmq_errno(), identity: identity) }
        }
        return sendBody(message.body, identity: message.identity)
    }

    private func sendBody(_ body: [UInt8], identity: [UInt8]?) -> SendResult {
        var frame = zmq_msg_t()
        if body.count >= Self.sharedBodyBytes {
            initialize(&frame, sharing: body)
        } else {
            zmq_msg_init_size(&frame, body.count)
            body.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress {
                    zmq_msg_data(&frame)?.copyMemory(from: base, byteCount: bytes.count)
                }
            }
        }
        while true {
            if zmq_msg_send(&frame, pointer, ZMQ_DONTWAIT) >= 0 { return .sent }
            let number = zmq_errno()
            if number == EINTR { continue }
            zmq_msg_close(&frame)
            return failure(number, identity: identity)
        }
    }

    /// Makes a frame of the array's own storage. The frame holds a reference to the array until libzmq is done
    /// with it, and an array that is referenced twice is copied before any change: the bytes stay where they
    /// are, as they are.
    private func initialize(_ frame: inout zmq_msg_t, sharing body: [UInt8]) {
        let owner = Unmanaged.passRetained(SharedBody(body))
        body.withUnsafeBytes { bytes in
            _ = zmq_msg_init_data(
                &frame, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count,
                { _, hint in
                    if let hint { Unmanaged<SharedBody>.fromOpaque(hint).release() }
                }, owner.toOpaque())
        }
    }

    private func failure(_ number: Int32, identity: [UInt8]?) -> SendResult {
        switch number {
        case EAGAIN: .wouldBlock
        case EHOSTUNREACH:
            .failed(
                MessagingError(
                    .unknownPeer, "no peer \(identityText(identity ?? [])) is connected to \(endpoint)",
                    endpoint: endpoint))
        default:
            .failed(
                MessagingError(
                    .system, "sending through \(endpoint) failed: \(systemMessage(number))",
                    endpoint: endpoint))
        }
    }

    /// The frames of the next message, or nil where none has come.
    ///
    /// - Parameter interceptor: is given the second of two frames. One that it takes is left out: it has been dealt
    ///   with, and is not copied.
    func receive(interceptor: ((ReceivedFrame) -> Bool)?) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        while true {
            var frame = zmq_msg_t()
            zmq_msg_init(&frame)
            defer { zmq_msg_close(&frame) }
            if zmq_msg_recv(&frame, pointer, ZMQ_DONTWAIT) < 0 {
                if zmq_errno() == EINTR { continue }
                return nil
            }
            let isLast = zmq_msg_more(&frame) == 0
            if isLast, frames.count == 1, let interceptor {
                let received = ReceivedFrame(taking: &frame)
                if interceptor(received) { return frames }
                return frames + [received.withBytes { $0.withUnsafeBytes { [UInt8]($0) } }]
            }
            frames.append(
                [UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(&frame), count: zmq_msg_size(&frame))))
            if isLast { return frames }
        }
    }
}

/// Keeps an array alive while libzmq reads it.
private final class SharedBody: Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// A peer's identity for messages to people: as text where it is text.
func identityText(_ identity: [UInt8]) -> String {
    if let text = String(validating: identity, as: UTF8.self),
        text.allSatisfy({ !$0.isNewline && $0 != "\0" }),
        identity.allSatisfy({ $0 >= 32 })
    {
        return "'\(text)'"
    }
    return identity.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
