import Testing
import WireProtocol

@testable import CoordinatorService

@Suite struct CommandOutboxTests {
    private func command(_ id: String, worker: String = "w", job: String = "j", release: Bool = false)
        -> CommandOutbox.Command
    {
        CommandOutbox.Command(
            requestID: id, workerID: worker, jobID: job, generation: 1, isRelease: release,
            body: .extractFeatures(ExtractFeatures(jobID: job, generation: 1)), lastSent: 0)
    }

    @Test func `commands repeat in order until acknowledged`() {
        var outbox = CommandOutbox()
        for id in ["a", "b", "c"] { outbox.add(command(id)) }
        #expect(outbox.due(at: 0.5, after: 1).isEmpty)
        #expect(outbox.due(at: 1, after: 1).map(\.requestID) == ["a", "b", "c"])
        #expect(outbox.due(at: 1.5, after: 1).isEmpty, "just sent")
        #expect(outbox.acknowledge("b")?.requestID == "b")
        #expect(outbox.acknowledge("b") == nil)
        #expect(outbox.due(at: 2, after: 1).map(\.requestID) == ["a", "c"])
    }

    @Test func `a new generation supersedes all but releases`() {
        var outbox = CommandOutbox()
        outbox.add(command("a"))
        outbox.add(command("r", release: true))
        outbox.add(command("other", job: "k"))
        outbox.supersede(jobID: "j")
        #expect(outbox.due(at: 9, after: 1).map(\.requestID) == ["r", "other"])
        #expect(outbox.isReleasing(workerID: "w", jobID: "j"))
        #expect(!outbox.isReleasing(workerID: "w", jobID: "k"))
    }

    @Test func `what a lost worker was told is forgotten`() {
        var outbox = CommandOutbox()
        outbox.add(command("a", worker: "w1"))
        outbox.add(command("b", worker: "w2"))
        outbox.drop(workerID: "w1")
        #expect(!outbox.hasCommands(workerID: "w1"))
        #expect(outbox.due(at: 9, after: 1).map(\.requestID) == ["b"])
    }
}
