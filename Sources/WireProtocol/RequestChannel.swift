import Foundation
import Synchronization
import ZeroMQMessaging

/// How patiently a request waits for its answer.
public struct RequestPatience: Sendable {
    /// How long to wait for an answer before sending the same request again, while it is not known how long
    /// answers to its kind take on that connection. From the deadline on it is sent once.
    public var timeout: Duration
    /// How long to go on in all.
    public var deadline: Duration

    public init(timeout: Duration = .seconds(3), deadline: Duration = .seconds(30)) {
        self.timeout = timeout
        self.deadline = deadline
    }

    /// How long the first attempt waits, given what was measured, and each one after it twice as long.
    func timeout(ofAttempt attempt: Int, measured: AdaptiveTimeout) -> Duration {
        guard timeout < deadline else { return deadline }
        let shortest = min(timeout, .seconds(1))
        let longest = max(timeout, deadline / 3)
        let first = measured.value(unmeasured: timeout, within: shortest...longest)
        return min(first * (1 << min(attempt - 1, 16)), longest)
    }
}

/// Requests and their answers over one connection, many at a time.
///
/// An answer finds its request by id. A request without an answer is sent again with the same id; since
/// requests are idempotent, a lost answer does no harm. When it is sent again follows from how long answers to
/// that kind of request have taken. What is no answer goes to `unsolicited`.
public final class RequestChannel: Sendable {
    /// Who is asked.
    public var endpoint: String { connection.endpoint }
    /// Envelopes that answer no request of this channel, such as the coordinator's orders to a worker; for one
    /// consumer. Ends when the channel is closed. Late second answers are dropped, not delivered here.
    public let unsolicited: AsyncStream<Envelope>

    private let connection: DealerConnection
    private let patience: RequestPatience
    private let inbox: RequestInbox
    /// By the request's name: to hash a file takes longer than to note a heartbeat.
    private let responseTimes = Mutex<[String: AdaptiveTimeout]>([:])
    private let reader: Task<Void, Never>

    /// Takes the connection over: nothing else may read its `incoming`.
    public init(connection: DealerConnection, patience: RequestPatience = RequestPatience()) {
        self.connection = connection
        self.patience = patience
        let inbox = RequestInbox(endpoint: connection.endpoint)
        self.inbox = inbox
        unsolicited = inbox.unsolicited.stream
        let incoming = connection.incoming
        reader = Task {
            for await bytes in incoming { inbox.receive(bytes) }
            inbox.close()
        }
    }

    deinit {
        reader.cancel()
        inbox.close()
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - patience: the channel's own where it is nil.
    /// - Throws: `RefusedError` where the answer is a refusal; `WireError` where the other side speaks another
    ///   version; `RequestError.coordinatorUnreachable`, which names the endpoint, at the deadline;
    ///   `CancellationError`.
    public func request(_ body: WireBody, patience: RequestPatience? = nil) async throws -> WireBody {
        let patience = patience ?? self.patience
        let requestID = UUID().uuidString
        let bytes = try Envelope(requestID: requestID, body: body).encode()
        let answers = inbox.expect(requestID)
        defer { inbox.forget(requestID) }

        let measured = responseTimes.withLock { $0[body.name] } ?? AdaptiveTimeout()
        let end = ContinuousClock.now + patience.deadline
        var attempts = 0
        while ContinuousClock.now < end {
            attempts += 1
            do {
                try await connection.send(bytes, deadline: end)
            } catch let error as MessagingError where error.code == .queueFull {
                break
            }
            let sent = ContinuousClock.now
            let timeout = patience.timeout(ofAttempt: attempts, measured: measured)
            switch await answers.next(until: min(end, sent + timeout)) {
            case .element(let answer):
                learn(body.name, sent.duration(to: .now), attempts: attempts)
                return try answer.get()
            case .timedOut: continue
            case .finished:
                try Task.checkCancellation()
                throw RequestError(
                    .closed, "the connection to \(endpoint) was closed while waiting", endpoint: endpoint)
            }
        }
        throw RequestError.unreachable(endpoint, after: patience.deadline, attempts: attempts)
    }

    private func learn(_ name: String, _ time: Duration, attempts: Int) {
        responseTimes.withLock { times in
            if attempts == 1 {
                times[name, default: AdaptiveTimeout()].record(time)
            } else {
                times[name, default: AdaptiveTimeout()].answered(afterAttempts: attempts)
            }
        }
    }

    /// Sends an envelope that expects no answer: a report, or the answer to an unsolicited request.
    ///
    /// - Parameter deadline: until when to wait for room where many messages wait already.
    public nonisolated(nonsending) func send(
        _ envelope: Envelope, deadline: ContinuousClock.Instant = .now + .seconds(30)
    ) async throws {
        try await send(encoded: try envelope.encode(), deadline: deadline)
    }

    /// Sends an envelope that is encoded already and expects no answer; see above.
    public nonisolated(nonsending) func send(
        encoded bytes: [UInt8], deadline: ContinuousClock.Instant
    ) async throws {
        try await connection.send(bytes, deadline: deadline)
    }

    /// Closes the connection; requests that wait end with `RequestError.closed`.
    public func close() async {
        await connection.close()
        inbox.close()
    }
}
