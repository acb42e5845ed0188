import ContentStore
import Foundation
import Logging
import ServiceLifecycle
import Testing
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

@testable import CoordinatorService
@testable import JobStore

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    @Test func `graceful shutdown ends the service and frees port and directory`() async throws {
        let fixture = try CoordinatorFixture()
        let logger = Logger(label: "test")
        let coordinator = Coordinator(
            configuration: CoordinatorConfiguration(
                listen: "tcp://127.0.0.1:0", stateDirectory: fixture.stateDirectory), logger: logger)
        let group = ServiceGroup(services: [coordinator], logger: logger)
        let task = Task { try await group.run() }
        let endpoint = try await coordinator.boundEndpoint
        await group.triggerGracefulShutdown()
        try await task.value
        let next = try await fixture.start(listen: endpoint)
        #expect(next.endpoint == endpoint)
        await next.stop()
    }

    @Test func `a store that refuses leaves everything as it was`() async throws {
        let fixture = try CoordinatorFixture()
        let file = fixture.directory.appendingPathComponent("jobs.sqlite")
        let store = try JobStore(file: file, patience: 0.05)
        let router = try await fixture.messaging.bindRouter(to: "tcp://127.0.0.1:0")
        let blobs = try BlobStore(directory: fixture.directory.appendingPathComponent("blobs"))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let control = try ClusterControl(
            configuration: CoordinatorConfiguration(listen: "", stateDirectory: fixture.directory),
            store: store,
            transfers: BlobTransfers(store: blobs), blobs: blobs,
            outbox: PeerOutbox(router: router, logger: logger),
            logger: logger)
        let (specification, contents) = TestClient.job()
        let submission = Envelope(
            requestID: "r1", body: .submitJob(try TestClient.message("job-1", specification, contents)))

        // Another process that writes for a while.
        let intruder = try JobStore(file: file)
        let (isHeld, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        DispatchQueue.global().async {
            try? intruder.write { _ in
                isHeld.signal()
                release.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
        #expect(await control.receive(submission, from: [1]) == nil, "not acknowledged")
        #expect(await control.jobs.isEmpty)
        release.signal()

        let reply = try await eventually("the store's recovery") {
            await control.receive(submission, from: [1])
        }
        guard case .jobSubmitted(let submitted) = reply else {
            Issue.record("refused: \(reply)")
            return
        }
        #expect(submitted.state == "uploading")
        #expect(await control.jobs.keys.sorted() == ["job-1"])
        #expect(try store.jobs().map(\.id) == ["job-1"])
        await router.close()
    }
}
