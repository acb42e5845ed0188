import ContentStore
import Foundation
import WireProtocol
import ZeroMQMessaging

/// The coordinator's side of the protocol over real sockets, driven by a test's script.
actor FakeCoordinator {
    struct Timeout: Error, CustomStringConvertible { var description: String }

    nonisolated let endpoint: String
    nonisolated let store: BlobStore
    private let router: RouterEndpoint
    private var identities: [String: [UInt8]] = [:]
    private(set) var registrations: [RegisterWorker] = []
    private(set) var heartbeats: [Heartbeat] = []
    private(set) var departures: [String] = []
    private(set) var reports: [WireBody] = []
    private(set) var chunkRequests = 0
    private(set) var logLines: [WorkerLog] = []
    private var answersLogLines = true
    /// What a test wants to compare later.
    var notes: ([String], [[Int]]) = ([], [])
    private var knowsWorkers = true
    /// Uploads that are not answered yet; `nil`: they are answered at once.
    private var heldUploads: [RouterMessage]?
    private var refusesUploads = false
    private var acknowledged: Set<String> = []

    init(context: MessagingContext, folder: URL, endpoint: String = "tcp://127.0.0.1:0") async throws {
        router = try await context.bindRouter(to: endpoint)
        self.endpoint = router.endpoint
        store = try BlobStore(directory: folder)
        let router = router
        Task { for await message in router.incoming { await self.receive(message) } }
    }

    func close() async { await router.close() }

    func ignoreLogLines() { answersLogLines = false }

    func forgetWorkers() { knowsWorkers = false }

    func refuseUploads() { refusesUploads = true }

    /// From now on no chunk is taken until `takeUploads`.
    func holdUploads() { heldUploads = [] }

    func takeUploads() async {
        let held = heldUploads ?? []
        heldUploads = nil
        for message in held { await receive(message) }
    }

    var hasHeldUploads: Bool { heldUploads?.isEmpty == false }

    private func receive(_ message: RouterMessage) async {
        guard let envelope = try? Envelope.decode(message.body) else { return }
        if heldUploads != nil, case .putBlobChunk = envelope.body {
            heldUploads?.append(message)
            return
        }
        guard let reply = answer(envelope, from: message.identity) else { return }
        guard let bytes = try? envelope.reply(reply).encode() else { return }
        try? await router.send(bytes, to: message.identity)
    }

    private func answer(_ envelope: Envelope, from identity: [UInt8]) -> WireBody? {
        do {
            switch envelope.body {
            case .registerWorker(let worker):
                registrations.append(worker)
                identities[worker.workerID] = identity
                knowsWorkers = true
                return .workerRegistered(
                    WorkerRegistered(
                        coordinatorID: "fake", heartbeatIntervalMilliseconds: 50,
                        heartbeatTimeoutMilliseconds: 2000))
            case .heartbeat(let heartbeat):
                heartbeats.append(heartbeat)
                return .heartbeatReply(HeartbeatReply(known: knowsWorkers))
            case .leaveCluster(let goodbye):
                departures.append(goodbye.workerID)
                return .acknowledged(Acknowledged())
            case .queryBlobs(let query):
                return .blobStatus(BlobStatus(missing: query.sha256s.filter { !store.contains($0) }))
            case .getBlobChunk(let query):
                chunkRequests += 1
                let (data, total) = try store.read(query.sha256, offset: query.offset, length: query.length)
                return .blobChunk(
                    BlobChunk(sha256: query.sha256, totalSize: total, offset: query.offset, data: data))
            case .putBlobChunk where refusesUploads:
                return .refusal(Refusal(code: "fake", message: "no uploads"))
            case .putBlobChunk(let chunk):
                let progress = try store.append(
                    chunk.data, at: chunk.offset, of: chunk.sha256, totalSize: chunk.totalSize)
                return .blobChunkStored(
                    BlobChunkStored(
                        sha256: chunk.sha256, nextOffset: progress.nextOffset, complete: progress.isComplete))
            case .workerLog(let line):
                logLines.append(line)
                return answersLogLines ? .acknowledged(Acknowledged()) : nil
            case .acknowledged:
                acknowledged.insert(envelope.requestID)
                return nil
            default:
                reports.append(envelope.body)
                return .acknowledged(Acknowledged())
            }
        } catch {
            return .refusal(Refusal(code: "fake", message: "\(error)"))
        }
    }

    /// Sends a command and waits until the worker has acknowledged it.
    func command(_ body: WireBody, to workerID: String) async throws {
        guard let identity = identities[workerID] else { throw Timeout(description: "no worker \(workerID)") }
        let envelope = Envelope(requestID: UUID().uuidString, body: body)
        try await router.send(try envelope.encode(), to: identity)
        try await until("an acknowledgement of \(body)") { self.acknowledged.contains(envelope.requestID) }
    }

    /// Waits for the next report that `pick` takes, and removes it.
    func report<Value: Sendable>(
        within seconds: Double = 30, _ pick: @Sendable (WireBody) -> Value?
    ) async throws -> Value {
        var found: Value?
        try await until("a report (there are \(reports))", within: seconds) {
            for (index, body) in self.reports.enumerated() {
                if let value = pick(body) {
                    found = value
                    self.reports.remove(at: index)
                    return true
                }
            }
            return false
        }
        guard let found else { throw Timeout(description: "no report") }
        return found
    }

    func until(
        _ what: @autoclosure () -> String, within seconds: Double = 30, _ condition: () -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while !condition() {
            guard ContinuousClock.now < end else { throw Timeout(description: "waited for \(what())") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func untilRegistered(_ count: Int) async throws {
        try await until("\(count) registrations, there are \(registrations.count)") {
            self.registrations.count >= count
        }
    }

    func untilHeartbeats(_ count: Int) async throws {
        let wanted = heartbeats.count + count
        try await until("heartbeats") { self.heartbeats.count >= wanted }
    }

    /// Waits until a worker says that it is in the middle of something.
    func untilProgress(in activity: String) async throws {
        try await until("progress in \(activity)") {
            self.heartbeats.last.map { $0.activity == activity && $0.progressDone > 0 } ?? false
        }
    }

    func untilStep(_ step: Int) async throws {
        try await until("step \(step)") {
            self.heartbeats.last.map { $0.activity == "training" && $0.progressDone == step } ?? false
        }
    }

    /// Names of the reports that came, in their order, without those that came again.
    var reportNames: [String] {
        var names: [String] = []
        for body in reports {
            let name: String
            switch body {
            case .checkpointStored(let report): name = "stored \(report.generation) \(report.step)"
            case .jobPrepared(let report): name = "prepared \(report.generation)"
            case .segmentDone(let report): name = "segment \(report.generation) \(report.segment)"
            default: name = "\(body)"
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    func untilReports(_ names: [String]) async throws {
        try await until("reports \(names), there are \(reportNames)") {
            self.reportNames.count >= names.count
        }
    }

    func untilDepartures(_ count: Int) async throws {
        try await until("departures") { self.departures.count >= count }
    }
}
