import CZeroMQ
import Foundation

/// The thread's own half: owns the sockets, sleeps in `zmq_poll`, carries out commands.
final class ReactorLoop {
    /// Pause between attempts to send to a router's peer whose queue is full.
    private static let retryMilliseconds = 2

    private let reactor: Reactor
    private let context: ZeroMQContext
    private let wakeDescriptor: Int32
    private var sockets: [SocketID: ReactorSocket] = [:]
    private var stopContinuations: [CheckedContinuation<Void, Never>] = []
    private var isStopping = false

    init(reactor: Reactor, context: ZeroMQContext, wakeDescriptor: Int32) {
        self.reactor = reactor
        self.context = context
        self.wakeDescriptor = wakeDescriptor
    }

    func run() {
        while !isStopping {
            let ready = waitForEvents()
            for command in reactor.takeCommands() { carryOut(command) }
            for (id, events) in ready {
                // A command may have closed it meanwhile.
                guard let socket = sockets[id] else { continue }
                if events & Int16(ZMQ_POLLOUT) != 0 { socket.flush() }
                if events & Int16(ZMQ_POLLIN) != 0 { socket.receive() }
            }
            for socket in sockets.values where socket.wantsRetry { socket.retryBlocked() }
        }
        end()
    }

    /// Sleeps until a socket is ready or a command comes.
    private func waitForEvents() -> [(SocketID, Int16)] {
        var items = [zmq_pollitem_t(socket: nil, fd: wakeDescriptor, events: Int16(ZMQ_POLLIN), revents: 0)]
        var polled: [SocketID] = []
        var mustRetry = false
        for (id, socket) in sockets {
            var events: Int32 = 0
            if socket.wantsInput { events |= ZMQ_POLLIN }
            if socket.wantsOutput { events |= ZMQ_POLLOUT }
            mustRetry = mustRetry || socket.wantsRetry
            if events == 0 { continue }
            items.append(
                zmq_pollitem_t(socket: socket.socket.pointer, fd: 0, events: Int16(events), revents: 0))
            polled.append(id)
        }
        let count = zmq_poll(&items, Int32(items.count), mustRetry ? Self.retryMilliseconds : -1)
        if count <= 0 { return [] }
        return zip(polled, items.dropFirst()).compactMap { id, item in
            item.revents == 0 ? nil : (id, item.revents)
        }
    }

    private func carryOut(_ command: ReactorCommand) {
        switch command {
        case .open(let request, let continuation):
            continuation.resume(with: Result { try open(request) })
        case .send(let id, let message):
            if let socket = sockets[id] {
                socket.send(message)
            } else {
                message.continuation?.resume(throwing: MessagingError(.closed, "the socket is closed"))
            }
        case .resumeReading(let id):
            sockets[id]?.resumeReading()
        case .close(let id, let continuation):
            sockets.removeValue(forKey: id)?.close()
            continuation?.resume()
        case .stop(let continuation):
            isStopping = true
            if let continuation { stopContinuations.append(continuation) }
        }
    }

    private func open(_ request: OpenRequest) throws -> String {
        let socket = try ZeroMQSocket(context: context, request: request)
        var endpoint = request.endpoint
        do {
            switch request.role {
            case .router: endpoint = try socket.bind()
            case .dealer: try socket.connect()
            }
        } catch {
            socket.close()
            throw error
        }
        sockets[request.id] = ReactorSocket(socket: socket, role: request.role, options: request.options)
        return endpoint
    }

    /// Closes everything; commands that come too late are answered, never lost.
    private func end() {
        for socket in sockets.values { socket.close() }
        sockets = [:]
        for command in reactor.takeLastCommands() {
            switch command {
            case .open(let request, let continuation):
                continuation.resume(throwing: MessagingError.closed(request.endpoint))
            case .send, .resumeReading, .close, .stop:
                carryOut(command)
            }
        }
        context.terminate()
        for continuation in stopContinuations { continuation.resume() }
    }
}
