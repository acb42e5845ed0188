import ContentStore
import Foundation
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

/// A worker that speaks the protocol over a real socket and only pretends to compute. Its counts depend on step
/// and shard alone, as a real worker's do.
actor FakeWorker {
    struct Behaviour: Sendable {
        var kernelFamily = "openblas/Haswell"
        /// Each report goes out this often.
        var repeats = 1
        /// Time that a segment takes.
        var segmentTime: Duration = .milliseconds(1)
        /// Falls silent when told to run the segment that ends here.
        var diesAtStep: Int?
        /// Forgets the job when told to run the segment that ends here, but goes on to live.
        var forgetsAtStep: Int?
        /// Reports times that are no numbers.
        var hasBrokenClock = false
        /// Reports this failure when told to run the segment that ends here.
        var failure: (step: Int, failure: Failure)?
        /// Says that its checkpoints are stored without uploading them.
        var skipsUploads = false
        /// Time that the upload of a checkpoint takes; the next segment runs meanwhile.
        var uploadTime: Duration = .zero
        /// Falls silent before the checkpoint of this step is uploaded, but after it has run on from there.
        var diesUploadingStep: Int?
        /// Acknowledges only from the second time on that it is sent a command.
        var losesFirstAcknowledgement = false
        /// Peers that it cannot reach, by endpoint.
        var unreachable: [String] = []
    }

    nonisolated let id: String
    let sessionID: String
    private let channel: RequestChannel
    private let behaviour: Behaviour
    private(set) var order: PrepareJob?
    /// The job whose state it would hold.
    private(set) var heldJobID = ""
    private(set) var received: [String] = []
    private(set) var registrations = 0
    /// Steps whose checkpoints it has reported as stored.
    private(set) var storedSteps: [Int] = []
    private var upload: Task<Void, Never>?
    private var seenRequests: Set<String> = []
    private var isDead = false
    private var tasks: [Task<Void, Never>] = []

    init(
        id: String, endpoint: String, messaging: MessagingContext, behaviour: Behaviour,
        sessionID: String? = nil
    ) async throws {
        self.id = id
        self.behaviour = behaviour
        self.sessionID = sessionID ?? UUID().uuidString
        channel = RequestChannel(
            connection: try await messaging.connectDealer(to: endpoint),
            patience: RequestPatience(timeout: .milliseconds(300), deadline: .seconds(10)))
    }

    var peerEndpoint: String { "tcp://10.0.0.9:\(id)" }

    func start() {
        let incoming = channel.unsolicited
        tasks.append(Task { await self.live() })
        tasks.append(
            Task {
                for await envelope in incoming { await self.handle(envelope) }
            })
    }

    /// Falls silent, as a killed process does.
    func die() {
        isDead = true
        upload?.cancel()
        for task in tasks { task.cancel() }
    }

    func leave() async throws {
        _ = try await channel.request(.leaveCluster(LeaveCluster(workerID: id, sessionID: sessionID)))
        die()
    }

    func registration() -> RegisterWorker {
        RegisterWorker(
            workerID: id, sessionID: sessionID, name: "name-\(id)", host: "test", processID: 1, cores: 2,
            memoryBytes: 1 << 30, peerEndpoint: peerEndpoint, kernelFamily: behaviour.kernelFamily,
            softwareVersion: "1")
    }

    func ask(_ body: WireBody) async throws -> WireBody { try await channel.request(body) }

    private func live() async {
        var isKnown = false
        while !isDead {
            do {
                if !isKnown {
                    _ = try await channel.request(.registerWorker(registration()))
                    registrations += 1
                    isKnown = true
                }
                let heartbeat = Heartbeat(
                    workerID: id, sessionID: sessionID, jobID: order?.jobID ?? "",
                    generation: order?.generation ?? 0, activity: order == nil ? "idle" : "training",
                    heldJobID: heldJobID)
                if case .heartbeatReply(let reply) = try await channel.request(.heartbeat(heartbeat)) {
                    isKnown = reply.known
                }
            } catch {
                if error is RefusedError { return }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func handle(_ envelope: Envelope) async {
        guard !isDead else { return }
        let isNew = seenRequests.insert(envelope.requestID).inserted
        if isNew && behaviour.losesFirstAcknowledgement { return }
        try? await channel.send(envelope.reply(.acknowledged(Acknowledged())))
        guard isNew || behaviour.losesFirstAcknowledgement else { return }
        // Off the reader, or a release could not overtake a long segment.
        tasks.append(Task { await self.obey(envelope.body) })
    }

    private func obey(_ body: WireBody) async {
        do {
            guard let report = try await answer(to: body), !isDead else { return }
            for _ in 0..<behaviour.repeats { _ = try await channel.request(report) }
        } catch {
            // The coordinator is away for good; the test will say so.
        }
    }

    private func answer(to body: WireBody) async throws -> WireBody? {
        switch body {
        case .prepareJob(let message):
            received.append("prepare \(message.generation)")
            return .jobPrepared(try await prepare(message))
        case .extractFeatures(let message):
            received.append("extract")
            return .featuresExtracted(
                FeaturesExtracted(
                    jobID: message.jobID, generation: message.generation, workerID: id,
                    samples: shardSamples(), cacheHits: 0, backboneForwards: shardSamples(),
                    tokens: 5 * shardSamples(), seconds: 0.1, bytes: 10))
        case .runSegment(let message):
            received.append("segment \(message.firstStep)-\(message.endStep)")
            return try await run(message)
        case .evaluateModel(let message):
            received.append("evaluate \(message.split)")
            let bytes = try await fetch(message.checkpoint?.sha256 ?? "")
            let step = Int(String(decoding: bytes, as: UTF8.self).split(separator: " ").last ?? "") ?? 0
            return .modelEvaluated(
                ModelEvaluated(
                    jobID: message.jobID, generation: message.generation, workerID: id, split: message.split,
                    evaluation: counts(message.split, step: step), seconds: 0.1))
        case .exportModel(let message):
            received.append("export")
            return .modelExported(try await export(message))
        case .releaseJob(let message):
            received.append("release \(message.generation)")
            if let order, order.jobID == message.jobID, order.generation <= message.generation {
                self.order = nil
                if message.hold { heldJobID = message.jobID }
            }
            if !message.hold, heldJobID == message.jobID { heldJobID = "" }
            return nil
        default:
            return nil
        }
    }

    private func prepare(_ message: PrepareJob) async throws -> JobPrepared {
        // As a real worker: what becomes of the upload is said before.
        await upload?.value
        order = message
        heldJobID = ""
        for file in message.files { _ = try await fetch(file.sha256) }
        for shard in message.shards { _ = try await fetch(shard.sha256) }
        let problems = message.members.filter { behaviour.unreachable.contains($0.endpoint) }.map {
            PeerProblem(fromEndpoint: peerEndpoint, toEndpoint: $0.endpoint, reason: "no answer")
        }
        return JobPrepared(
            jobID: message.jobID, generation: message.generation, workerID: id, problems: problems,
            parameterCount: 1000, trainableParameterCount: 10)
    }

    private func run(_ message: RunSegment) async throws -> WireBody? {
        guard let order else { return nil }
        if behaviour.diesAtStep == message.endStep {
            die()
            return nil
        }
        if behaviour.forgetsAtStep == message.endStep {
            self.order = nil
            return nil
        }
        if let (step, failure) = behaviour.failure, step == message.endStep {
            return .jobFailed(
                JobFailed(
                    jobID: message.jobID, generation: message.generation, workerID: id, failure: failure))
        }
        try await Task.sleep(for: behaviour.segmentTime)
        var done = SegmentDone(
            jobID: message.jobID, generation: message.generation, segment: message.segment, workerID: id,
            endStep: message.endStep,
            evaluation: message.evaluate ? counts("validation", step: message.endStep) : [],
            timings: behaviour.hasBrokenClock
                ? SegmentTimings(computeSeconds: .nan, exchangeSeconds: -.infinity, totalSeconds: .infinity)
                : SegmentTimings(computeSeconds: 0.5, totalSeconds: 1))
        if order.rank == 0 {
            done.steps = (message.firstStep..<message.endStep).map {
                StepRecord(step: $0, lossFixed: 8 << 32, samples: 8, learningRate: 0.1, gradientNorm: 1)
            }
            // One snapshot at a time.
            await upload?.value
            upload = Task { await self.store(message) }
        }
        return .segmentDone(done)
    }

    private func store(_ segment: RunSegment) async {
        do {
            if behaviour.diesUploadingStep == segment.endStep {
                let next = "segment \(segment.endStep)-"
                while !received.contains(where: { $0.hasPrefix(next) }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                return die()
            }
            try await Task.sleep(for: behaviour.uploadTime)
            let bytes = Array("checkpoint of \(segment.jobID) at step \(segment.endStep)".utf8)
            let file = try await upload(bytes, path: "checkpoint.safetensors")
            let report = CheckpointStored(
                jobID: segment.jobID, generation: segment.generation, workerID: id, step: segment.endStep,
                file: file)
            for _ in 0..<behaviour.repeats where !isDead {
                _ = try await channel.request(.checkpointStored(report))
            }
            storedSteps.append(segment.endStep)
        } catch {
            // The coordinator is away for good; the test will say so.
        }
    }

    private func export(_ message: ExportModel) async throws -> ModelExported {
        let chosen = String(decoding: try await fetch(message.checkpoint?.sha256 ?? ""), as: UTF8.self)
        return ModelExported(
            jobID: message.jobID, generation: message.generation, workerID: id,
            files: [
                try await upload(Array("{}".utf8), path: "config.json"),
                try await upload(Array("model from \(chosen)".utf8), path: "model.safetensors"),
            ])
    }

    private func shardSamples() -> Int { order?.shards.reduce(0) { $0 + $1.samples } ?? 0 }

    /// Better with every step up to 10, then worse.
    private func counts(_ split: String, step: Int) -> [EvaluationCounts] {
        let shards = order?.shards.filter { $0.split == split } ?? []
        let samples = shards.reduce(0) { $0 + $1.samples }
        let skill = step <= 10 ? step : max(0, 20 - step)
        let right = shards.reduce(0) { $0 + min($1.samples, $1.samples * skill / 10) }
        return [
            EvaluationCounts(
                task: 0, split: split, samples: samples, confusion: [right, samples - right, 0, 0],
                lossFixed: Int64(samples) << 31)
        ]
    }

    private func upload(_ bytes: [UInt8], path: String) async throws -> FileReference {
        let hash = FileHasher.sha256(of: bytes)
        let file = FileReference(path: path, sha256: hash, size: bytes.count)
        guard !behaviour.skipsUploads else { return file }
        while true {
            do {
                _ = try await channel.request(
                    .putBlobChunk(
                        PutBlobChunk(sha256: hash, totalSize: bytes.count, offset: 0, data: bytes)))
                return file
            } catch let refusal as RefusedError where refusal.code == "coordinator-disk-full" {
                // As a real worker does.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func fetch(_ sha256: String) async throws -> [UInt8] {
        let request = GetBlobChunk(sha256: sha256, offset: 0, length: 1 << 20)
        guard case .blobChunk(let chunk) = try await channel.request(.getBlobChunk(request)) else {
            return []
        }
        guard FileHasher.sha256(of: chunk.data) == sha256 else {
            throw TimedOut(description: "a blob's bytes are not what its name says")
        }
        return chunk.data
    }
}
