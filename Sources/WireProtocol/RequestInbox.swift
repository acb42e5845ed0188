import Synchronization
import ZeroMQMessaging

/// Hands each incoming envelope to the request that it answers.
final class RequestInbox: Sendable {
    typealias Answer = Result<WireBody, any Error>

    private struct State {
        var waiting: [String: Mailbox<Answer>] = [:]
        /// Ids of requests that have ended lately: an answer that comes twice is dropped.
        var ended: Set<String> = []
        var endedOrder: [String] = []
        var isClosed = false
    }

    private static let rememberedRequests = 1024
    /// Envelopes that wait for the consumer of `unsolicited`; beyond, the oldest go.
    private static let unsolicitedLimit = 4096

    let unsolicited = Mailbox<Envelope>(capacity: RequestInbox.unsolicitedLimit)
    private let state = Mutex(State())
    private let endpoint: String

    init(endpoint: String) {
        self.endpoint = endpoint
    }

    func expect(_ requestID: String) -> Mailbox<Answer> {
        let answers = Mailbox<Answer>()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.waiting[requestID] = answers }
            return state.isClosed
        }
        if isClosed { answers.finish() }
        return answers
    }

    func forget(_ requestID: String) {
        state.withLock { state in
            state.waiting[requestID] = nil
            state.ended.insert(requestID)
            state.endedOrder.append(requestID)
            if state.endedOrder.count >= 2 * Self.rememberedRequests {
                for old in state.endedOrder.prefix(Self.rememberedRequests) { state.ended.remove(old) }
                state.endedOrder.removeFirst(Self.rememberedRequests)
            }
        }
    }

    func receive(_ bytes: [UInt8]) {
        do {
            let envelope = try Envelope.decode(bytes)
            deliver(envelope)
        } catch let error as WireError {
            // A sender whose bytes make no sense gets no second chance to harm: only its request fails.
            answer(error.requestID, with: .failure(error))
        } catch {
            // decode throws nothing else.
        }
    }

    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for answers in waiting.values { answers.finish() }
        unsolicited.finish()
    }

    private func deliver(_ envelope: Envelope) {
        let outcome: Answer
        if case .refusal(let refusal) = envelope.body {
            outcome = .failure(
                RefusedError(code: refusal.code, message: refusal.message, endpoint: endpoint))
        } else {
            outcome = .success(envelope.body)
        }
        if answer(envelope.requestID, with: outcome) { return }
        // Back-pressure would also hold up the answers, so an idle consumer loses the oldest.
        if !unsolicited.offer(envelope) { _ = unsolicited.takeNow() }
    }

    /// Whether the id is that of a request of this channel, present or recent.
    @discardableResult
    private func answer(_ requestID: String, with answer: Answer) -> Bool {
        let (answers, isKnown) = state.withLock { state in
            (state.waiting[requestID], state.waiting[requestID] != nil || state.ended.contains(requestID))
        }
        answers?.offer(answer)
        return isKnown
    }
}
