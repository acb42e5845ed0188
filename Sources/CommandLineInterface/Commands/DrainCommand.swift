import ArgumentParser
import WireProtocol

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Empty a host or a worker for maintenance.",
        discussion: """
            Example:
              graft drain node-3 --coordinator tcp://head:7070

            Its workers get no new job; the jobs that run on them go on without them at the end of the segment. \
            Returns when they are empty. Holds until --undo, also over restarts of coordinator and workers.
            """)

    /// How often it looks whether the workers are empty.
    static let interval = Duration.milliseconds(300)

    @OptionGroup var client: ClientOptions

    @Argument(help: "A host's name, or a worker's name or id: see graft workers.")
    var target: String

    @Flag(help: "Put it back into service.")
    var undo = false

    @Flag(help: "Return at once.")
    var noWait = false

    func run() async throws {
        try await client.withClient { client in
            var workers = try await client.drain(target, undo: undo)
            if undo { return print("\(target) is back in service, with \(Self.count(workers))") }
            while !noWait, workers.contains(where: { $0.state == "draining" }) {
                try await Task.sleep(for: Self.interval)
                let concerned = Set(workers.map(\.workerID))
                workers = try await client.workers().filter { concerned.contains($0.workerID) }
            }
            let busy = workers.filter { $0.state == "draining" }
            print(
                busy.isEmpty
                    ? "\(target) is drained: \(Self.count(workers))"
                    : "\(target) is draining: \(Self.count(busy)) at work on "
                        + Set(busy.map(\.jobID.shortID)).sorted().joined(separator: ", "))
        }
    }

    static func count(_ workers: [WorkerSummary]) -> String {
        workers.count == 1 ? "1 worker" : "\(workers.count) workers"
    }
}
