import ContentStore
import Foundation
import Testing
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

@testable import CoordinatorService

/// What clients may ask, twice, wrongly or in bad faith.
@Suite(.timeLimit(.minutes(1))) struct RequestTests {
    @Test func `another protocol version is refused with both versions`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let dealer = try await fixture.messaging.connectDealer(to: coordinator.endpoint)
        let future = Envelope(protocolVersion: 99, requestID: "r1", body: .listJobs(ListJobs()))
        try await dealer.send(try future.encode())
        var answers = dealer.incoming.makeAsyncIterator()
        let reply = try Envelope.decode(try #require(await answers.next()))
        #expect(reply.requestID == "r1")
        guard case .refusal(let refusal) = reply.body else {
            Issue.record("not refused: \(reply)")
            return
        }
        #expect(refusal.code == "version-mismatch")
        #expect(refusal.message.contains("99"))
        await coordinator.stop()
    }

    @Test func `bytes that are no message do no harm`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let dealer = try await fixture.messaging.connectDealer(to: coordinator.endpoint)
        for bytes in [[], [0xFF], [UInt8](repeating: 0x0A, count: 5000)] as [[UInt8]] {
            try await dealer.send(bytes)
        }
        let client = try await fixture.client(coordinator)
        #expect(try await client.workers().isEmpty)
        await coordinator.stop()
    }

    @Test func `unknown jobs are refused by name`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        for body in [
            WireBody.getJob(GetJob(jobID: "nope")), .getJobLog(GetJobLog(jobID: "nope")),
            .cancelJob(CancelJob(jobID: "nope")),
        ] {
            let refusal = try await client.refusal(of: body)
            #expect(refusal?.code == "unknown-job")
            #expect(refusal?.message.contains("nope") == true)
        }
        await coordinator.stop()
    }

    @Test func `a job submitted twice is one job, and its id is not given twice`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var (specification, contents) = TestClient.job()
        let message = try TestClient.message("job-1", specification, contents)
        let first = try await client.submit(message)
        #expect(first.state == "uploading")
        #expect(first.missing.count == contents.count)
        #expect(try await client.submit(message) == first)
        guard case .jobList(let list) = try await client.channel.request(.listJobs(ListJobs())) else {
            return
        }
        #expect(list.jobs.map(\.jobID) == ["job-1"])
        #expect(list.jobs[0].submitter == "ann@laptop")
        specification.seed = 7
        let other = try TestClient.message("job-1", specification, contents)
        #expect(try await client.refusal(of: .submitJob(other))?.code == "job-id-taken")
        await coordinator.stop()
    }

    @Test(arguments: ["../etc/passwd", "/etc/passwd", "a//b", "", "a/./b"])
    func `paths that leave their folder are refused`(path: String) async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job()
        var message = try TestClient.message("job-1", specification, contents)
        message.files.append(FileReference(path: path, sha256: String(repeating: "a", count: 64), size: 1))
        #expect(try await client.refusal(of: .submitJob(message))?.code == "invalid-path")
        await coordinator.stop()
    }

    @Test func `a job without one of its files is refused at once`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var (specification, contents) = TestClient.job()
        contents["tasks/reviews/test.csv"] = nil
        let message = try TestClient.message("job-1", specification, contents)
        let refusal = try await client.refusal(of: .submitJob(message))
        #expect(refusal?.message.contains("tasks/reviews/test.csv") == true)
        specification.workers = WorkerRange(minimum: 0, maximum: 0)
        let empty = try TestClient.message("job-2", specification, TestClient.job().contents)
        #expect(try await client.refusal(of: .submitJob(empty))?.code == "invalid-job")
        await coordinator.stop()
    }

    /// What a job file could not say, but a message can.
    static let invalidJobs: [(name: String, change: @Sendable (inout JobSpecification) -> Void)] = [
        ("training.epochs", { $0.training.epochs = .max }),
        ("training.steps", { $0.training.steps = -1 }),
        ("training.micro_batches", { $0.training.microBatches = 1 << 40 }),
        ("training.batch", { $0.training.batch = 0 }),
        ("training.optimizer.learning_rate", { $0.training.optimizer.learningRate = -1 }),
        ("workers.maximum", { $0.workers.maximum = .max }),
        ("tasks[0].name", { $0.tasks[0].name = "../../etc" }),
    ]

    @Test(arguments: 0..<invalidJobs.count)
    func `a job that breaks the rules of job files is refused`(index: Int) async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        var (specification, contents) = TestClient.job()
        specification.technique.dropout = 2
        Self.invalidJobs[index].change(&specification)
        let message = try TestClient.message("job-1", specification, contents)
        let refusal = try await client.refusal(of: .submitJob(message))
        #expect(refusal?.code == "invalid-job")
        #expect(refusal?.message.contains(Self.invalidJobs[index].name) == true)
        #expect(refusal?.message.contains("technique.dropout") == true, "every problem is named")
        await coordinator.stop()
    }

    @Test func `a name that is no hash is refused`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job()
        var message = try TestClient.message("job-1", specification, contents)
        message.files[0].sha256 = String(repeating: "G", count: 64)
        #expect(try await client.refusal(of: .submitJob(message))?.code == "invalid-job")
        await coordinator.stop()
    }

    @Test func `an upload goes on where it stopped, and only whole blobs count`() async throws {
        let fixture = try CoordinatorFixture()
        let first = try await fixture.start()
        let client = try await fixture.client(first)
        let bytes = (0..<90_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let hash = FileHasher.sha256(of: bytes)
        #expect(try await client.put(hash, bytes.count, 0, Array(bytes[..<40_000])).nextOffset == 40_000)
        await first.stop()

        let second = try await fixture.start(listen: first.endpoint)
        // A chunk that would leave a gap is not taken; the answer says where to go on.
        #expect(try await client.put(hash, bytes.count, 80_000, Array(bytes[80_000...])).nextOffset == 40_000)
        let query = WireBody.queryBlobs(QueryBlobs(sha256s: [hash]))
        guard case .blobStatus(let status) = try await client.channel.request(query) else { return }
        #expect(status.missing == [hash])
        #expect(try await client.put(hash, bytes.count, 40_000, Array(bytes[40_000...])).complete)
        #expect(
            try await client.put(hash, bytes.count, 0, Array(bytes[..<10])).complete, "a repeat is harmless")
        #expect(try await client.fetch(hash) == bytes)
        await second.stop()
    }

    @Test func `wrong bytes are refused and can be sent again`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let bytes: [UInt8] = [1, 2, 3]
        let hash = FileHasher.sha256(of: bytes)
        let damaged = PutBlobChunk(sha256: hash, totalSize: 3, offset: 0, data: [1, 2, 4])
        #expect(try await client.refusal(of: .putBlobChunk(damaged))?.code == "blob-hash-mismatch")
        try await client.upload(bytes, as: hash)
        #expect(try await client.fetch(hash) == bytes)
        let outside = GetBlobChunk(sha256: hash, offset: 4, length: 1)
        #expect(try await client.refusal(of: .getBlobChunk(outside))?.code == "blob-range")
        let unknown = GetBlobChunk(sha256: "../../etc/passwd", offset: 0, length: 1)
        #expect(try await client.refusal(of: .getBlobChunk(unknown)) != nil)
        await coordinator.stop()
    }

    static let cancellable: [JobState] = [.uploading, .queued, .training]

    @Test(arguments: cancellable)
    func `a job can be cancelled, twice, and its workers are free again`(state: JobState) async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let (specification, contents) = TestClient.job(epochs: 50)
        var worker: FakeWorker?
        if state == .training {
            var behaviour = FakeWorker.Behaviour()
            behaviour.segmentTime = .milliseconds(100)
            worker = try await fixture.worker("901", coordinator, behaviour: behaviour)
        }
        if state == .uploading {
            _ = try await client.submit(try TestClient.message("job-1", specification, contents))
        } else {
            try await client.submit("job-1", specification, contents)
        }
        _ = try await client.wait(for: state, of: "job-1")
        for _ in 0..<2 {
            let reply = try await client.channel.request(.cancelJob(CancelJob(jobID: "job-1")))
            #expect(reply == .acknowledged(Acknowledged()))
        }
        #expect(try await client.state("job-1") == "cancelled")
        if let worker {
            _ = try await eventually("release") { await worker.received.last == "release 1" ? true : nil }
            #expect(try await client.workers().map(\.state) == ["idle"])
        }
        guard
            case .jobLog(let log) = try await client.channel.request(
                .getJobLog(GetJobLog(jobID: "job-1", limit: 100)))
        else { return }
        #expect(log.finished)
        await coordinator.stop()
    }

    @Test func `a job that is done cannot be cancelled`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        _ = try await fixture.worker("901", coordinator)
        let (specification, contents) = TestClient.job(epochs: 1)
        try await client.submit("job-1", specification, contents)
        _ = try await client.wait(for: .done, of: "job-1")
        #expect(try await client.refusal(of: .cancelJob(CancelJob(jobID: "job-1")))?.code == "job-ended")
        await coordinator.stop()
    }

    @Test func `lists are short, latest first taken, and keep what an ended job reached`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        _ = try await fixture.worker("901", coordinator)
        let (specification, contents) = TestClient.job(epochs: 2)
        try await client.submit("job-1", specification, contents)
        let before = try #require(try await client.wait(for: .done, of: "job-1").summary)
        try await client.submit("job-2", specification, contents)
        func list(_ message: ListJobs) async throws -> [JobSummary] {
            guard case .jobList(let list) = try await client.channel.request(.listJobs(message)) else {
                return []
            }
            return list.jobs
        }
        #expect(try await list(ListJobs()).map(\.jobID) == ["job-1", "job-2"])
        #expect(try await list(ListJobs(limit: 1)).map(\.jobID) == ["job-2"])
        #expect(try await list(ListJobs(jobID: "job-1")) == [before])
        #expect(before.progressDone == 10 && before.metricName == "accuracy" && before.metricValue == 1)
        #expect(try await client.refusal(of: .listJobs(ListJobs(jobID: "nope")))?.code == "unknown-job")
        await coordinator.stop()
    }

    @Test func `workers' lines and the coordinator's share the job's log`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let worker = try await fixture.worker("901", coordinator)
        _ = try await eventually("registration") { try await client.workers().count == 1 ? true : nil }
        let (specification, contents) = TestClient.job()
        _ = try await client.submit(try TestClient.message("job-1", specification, contents))
        _ = try await worker.ask(
            .workerLog(WorkerLog(workerID: "901", jobID: "job-1", level: "warning", message: "hot in here")))
        let lines = try await client.log("job-1")
        #expect(lines.map(\.source) == ["coordinator", "name-901"])
        #expect(lines.last?.message == "hot in here")
        #expect(lines.last?.level == "warning")
        await coordinator.stop()
    }

    @Test func `a heartbeat of an unknown session is told so`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let client = try await fixture.client(coordinator)
        let reply = try await client.channel.request(
            .heartbeat(Heartbeat(workerID: "w", sessionID: "s", activity: "idle")))
        #expect(reply == .heartbeatReply(HeartbeatReply(known: false)))
        await coordinator.stop()
    }

    @Test func `a second coordinator on the same state directory is refused`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let error = await #expect(throws: CoordinatorError.self) { try await fixture.start() }
        #expect(error?.code == .stateDirectoryInUse)
        await coordinator.stop()
    }

    @Test func `an address in use is an error that names it`() async throws {
        let fixture = try CoordinatorFixture()
        let coordinator = try await fixture.start()
        let other = try CoordinatorFixture()
        let error = await #expect(throws: MessagingError.self) {
            try await other.start(listen: coordinator.endpoint)
        }
        #expect(error?.code == .addressInUse)
        await coordinator.stop()
    }
}
