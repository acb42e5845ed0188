/// One socket as its thread keeps it: the libzmq socket, what waits to be sent, and whether it is read.
final class ReactorSocket {
    /// A message that libzmq did not take, and until when to try.
    private struct Blocked {
        let message: OutgoingMessage
        let deadline: ContinuousClock.Instant
    }

    let socket: ZeroMQSocket
    private let role: SocketRole
    private let options: SocketOptions
    /// A dealer's messages in order, from `waitingHead`; sent when libzmq says that there is room.
    private var waiting: [OutgoingMessage] = []
    private var waitingHead = 0
    /// A router's messages by peer: one that does not take its messages must not hold up the others.
    private var blocked: [[UInt8]: [Blocked]] = [:]
    private var isPaused = false

    init(socket: ZeroMQSocket, role: SocketRole, options: SocketOptions) {
        self.socket = socket
        self.role = role
        self.options = options
    }

    /// Whether to ask libzmq for incoming messages.
    var wantsInput: Bool { !isPaused }
    /// Whether to ask libzmq for room to send.
    var wantsOutput: Bool { waitingHead < waiting.count }
    /// Whether sends to some peer must be tried again before long: libzmq does not say when one peer has room.
    var wantsRetry: Bool { !blocked.isEmpty }

    func resumeReading() { isPaused = false }

    // MARK: Sending

    func send(_ message: OutgoingMessage) {
        if let identity = message.identity {
            if blocked[identity] != nil {
                block(message, for: identity)
            } else if !tryRouting(message) {
                block(message, for: identity)
            }
        } else {
            waiting.append(message)
            flush()
        }
    }

    /// Sends what waits, as far as libzmq takes it.
    func flush() {
        while waitingHead < waiting.count {
            switch socket.send(waiting[waitingHead]) {
            case .wouldBlock: return
            case .sent, .failed: settleFirstWaiting()
            }
        }
        waiting.removeAll(keepingCapacity: waiting.count <= 1024)
        waitingHead = 0
    }

    private func settleFirstWaiting() {
        let message = waiting[waitingHead]
        waiting[waitingHead] = OutgoingMessage(identity: nil, body: [], continuation: nil)
        waitingHead += 1
        if case .dealer(_, let window, _) = role { window.release(bytes: message.body.count) }
    }

    private func block(_ message: OutgoingMessage, for identity: [UInt8]) {
        blocked[identity, default: []].append(
            Blocked(message: message, deadline: .now + options.sendTimeout))
    }

    /// - Returns: false where the peer's queue is full.
    private func tryRouting(_ message: OutgoingMessage) -> Bool {
        switch socket.send(message) {
        case .sent: message.continuation?.resume()
        case .failed(let error): message.continuation?.resume(throwing: error)
        case .wouldBlock: return false
        }
        return true
    }

    /// Tries blocked sends again and gives up those that are overdue.
    func retryBlocked() {
        for (identity, messages) in blocked {
            var rest = messages[...]
            while let first = rest.first, tryRouting(first.message) { rest = rest.dropFirst() }
            let now = ContinuousClock.now
            while let first = rest.first, first.deadline <= now {
                first.message.continuation?.resume(throwing: queueFull(identity))
                rest = rest.dropFirst()
            }
            blocked[identity] = rest.isEmpty ? nil : Array(rest)
        }
    }

    private func queueFull(_ identity: [UInt8]) -> MessagingError {
        MessagingError(
            .queueFull,
            "the queue to peer \(identityText(identity)) of \(socket.endpoint) is full: it has taken nothing "
                + "for \(options.sendTimeout)",
            endpoint: socket.endpoint)
    }

    // MARK: Receiving

    /// Delivers what has come, until there is no more, the receiver is full, or it is others' turn.
    func receive() {
        var turns = 256
        while turns > 0, !isPaused, let frames = socket.receive(interceptor: interceptor) {
            turns -= 1
            deliver(frames)
        }
    }

    private var interceptor: (@Sendable (ReceivedFrame) -> Bool)? {
        if case .router(_, let interceptor) = role { interceptor } else { nil }
    }

    /// Messages with another number of frames are not Graft's, or were intercepted, and are dropped.
    private func deliver(_ frames: [[UInt8]]) {
        switch role {
        case .router(let mailbox, _):
            guard frames.count == 2 else { return }
            isPaused = !mailbox.offer(RouterMessage(identity: frames[0], body: frames[1]))
        case .dealer(let mailbox, _, _):
            guard frames.count == 1 else { return }
            isPaused = !mailbox.offer(frames[0])
        }
    }

    // MARK: Closing

    func close() {
        flush()
        socket.close()
        let error = MessagingError.closed(socket.endpoint)
        for messages in blocked.values {
            for blocked in messages { blocked.message.continuation?.resume(throwing: error) }
        }
        blocked = [:]
        switch role {
        case .router(let mailbox, _): mailbox.finish()
        case .dealer(let mailbox, let window, _):
            window.close()
            mailbox.finish()
        }
    }
}
