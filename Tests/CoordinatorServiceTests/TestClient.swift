import ContentStore
import Foundation
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

/// What `graft submit` and its siblings do, over a real socket.
struct TestClient: Sendable {
    let channel: RequestChannel

    init(endpoint: String, messaging: MessagingContext) async throws {
        channel = RequestChannel(
            connection: try await messaging.connectDealer(to: endpoint),
            patience: RequestPatience(timeout: .milliseconds(500), deadline: .seconds(15)))
    }

    /// A job over `rows` training rows with a validation and a test file, and the bytes of its files.
    static func job(
        rows: Int = 40, epochs: Int = 3, workers: WorkerRange = WorkerRange(minimum: 1, maximum: 4),
        earlyStopping: EarlyStoppingSpecification? = nil, salt: String = ""
    ) -> (specification: JobSpecification, contents: [String: [UInt8]]) {
        func table(_ name: String, _ count: Int) -> [UInt8] {
            var text = "text,label\n"
            for row in 0..<count { text += "\(name)\(salt) number \(row),\(row % 2 == 0 ? "good" : "bad")\n" }
            return Array(text.utf8)
        }
        func file(_ name: String) -> DataFileSpecification { DataFileSpecification(path: name, format: .csv) }
        let task = TaskSpecification(
            name: "reviews", train: file("train.csv"), validation: file("validation.csv"),
            test: file("test.csv"))
        let specification = JobSpecification(
            name: "reviews", backbone: BackboneSpecification(folder: "model"),
            technique: TechniqueSpecification(kind: .featureExtraction), tasks: [task],
            training: TrainingSpecification(
                epochs: epochs, batch: 8, microBatches: 4, earlyStopping: earlyStopping),
            workers: workers)
        let contents = [
            "backbone/config.json": Array("{\"model_type\":\"bert\"}".utf8),
            "backbone/model.safetensors": (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) },
            "tasks/reviews/train.csv": table("training", rows),
            "tasks/reviews/validation.csv": table("validation", 20),
            "tasks/reviews/test.csv": table("test", 12),
        ]
        return (specification, contents)
    }

    static func references(_ contents: [String: [UInt8]]) -> [FileReference] {
        contents.map { FileReference(path: $0, sha256: FileHasher.sha256(of: $1), size: $1.count) }
            .sorted { $0.path < $1.path }
    }

    static func message(
        _ id: String, _ specification: JobSpecification, _ contents: [String: [UInt8]]
    ) throws -> SubmitJob {
        SubmitJob(
            jobID: id, specificationJSON: try CanonicalJSON.encode(specification),
            files: references(contents),
            submitter: "ann@laptop")
    }

    /// Submits, uploads what is missing, and submits again.
    @discardableResult
    func submit(_ id: String, _ specification: JobSpecification, _ contents: [String: [UInt8]]) async throws
        -> JobSubmitted
    {
        let message = try Self.message(id, specification, contents)
        let first = try await submit(message)
        for file in message.files where first.missing.contains(file.sha256) {
            try await upload(contents[file.path] ?? [], as: file.sha256)
        }
        return first.missing.isEmpty ? first : try await submit(message)
    }

    func submit(_ message: SubmitJob) async throws -> JobSubmitted {
        guard case .jobSubmitted(let reply) = try await channel.request(.submitJob(message)) else {
            throw TimedOut(description: "no JobSubmitted")
        }
        return reply
    }

    func upload(_ bytes: [UInt8], as sha256: String, chunk: Int = 40_000) async throws {
        var offset = 0
        while true {
            let end = min(bytes.count, offset + chunk)
            let stored = try await put(sha256, bytes.count, offset, Array(bytes[offset..<end]))
            if stored.complete { return }
            offset = stored.nextOffset
        }
    }

    func put(_ sha256: String, _ total: Int, _ offset: Int, _ data: [UInt8]) async throws -> BlobChunkStored {
        let chunk = PutBlobChunk(sha256: sha256, totalSize: total, offset: offset, data: data)
        guard case .blobChunkStored(let stored) = try await channel.request(.putBlobChunk(chunk)) else {
            throw TimedOut(description: "no BlobChunkStored")
        }
        return stored
    }

    func fetch(_ sha256: String, chunk: Int = 30_000) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let request = GetBlobChunk(sha256: sha256, offset: bytes.count, length: chunk)
            guard case .blobChunk(let part) = try await channel.request(.getBlobChunk(request)) else {
                throw TimedOut(description: "no BlobChunk")
            }
            bytes += part.data
            if bytes.count >= part.totalSize { return bytes }
        }
    }

    func detail(_ id: String) async throws -> JobDetail {
        guard case .jobDetail(let detail) = try await channel.request(.getJob(GetJob(jobID: id))) else {
            throw TimedOut(description: "no JobDetail")
        }
        return detail
    }

    func state(_ id: String) async throws -> String { try await detail(id).summary?.state ?? "" }

    func wait(for state: JobState, of id: String) async throws -> JobDetail {
        try await eventually("\(id) \(state.rawValue)") {
            let detail = try await detail(id)
            if let now = JobState(rawValue: detail.summary?.state ?? ""), now.isFinal, now != state {
                throw TimedOut(description: "\(id) is \(now.rawValue): \(detail.summary?.message ?? "")")
            }
            return detail.summary?.state == state.rawValue ? detail : nil
        }
    }

    func log(_ id: String) async throws -> [LogLine] {
        guard case .jobLog(let log) = try await channel.request(.getJobLog(GetJobLog(jobID: id))) else {
            return []
        }
        return log.lines
    }

    func workers() async throws -> [WorkerSummary] {
        guard case .workerList(let list) = try await channel.request(.listWorkers(ListWorkers())) else {
            return []
        }
        return list.workers
    }

    func refusal(of body: WireBody) async throws -> RefusedError? {
        do {
            _ = try await channel.request(body)
            return nil
        } catch let error as RefusedError {
            return error
        }
    }
}
