import WireProtocol

/// Commands that workers have not acknowledged yet. Each keeps its request id, so that a repeat is the same
/// request.
struct CommandOutbox: Sendable {
    struct Command: Sendable, Equatable {
        var requestID: String
        var workerID: String
        var jobID: String
        var generation: Int
        /// Releases are of use even when the job has moved on.
        var isRelease: Bool
        var body: WireBody
        var lastSent: Double
    }

    private var commands: [String: Command] = [:]
    private var order: [String] = []

    mutating func add(_ command: Command) {
        commands[command.requestID] = command
        order.append(command.requestID)
    }

    /// The command that this answers, which stays; `nil` for an answer that came before.
    func command(_ requestID: String) -> Command? { commands[requestID] }

    /// Takes the command out that this answers; `nil` for an answer that came before.
    mutating func acknowledge(_ requestID: String) -> Command? {
        guard let command = commands.removeValue(forKey: requestID) else { return nil }
        order.removeAll { $0 == requestID }
        return command
    }

    /// Commands that are due to be sent again, in their order; they count as sent now.
    mutating func due(at now: Double, after interval: Double) -> [Command] {
        order.compactMap { id in
            guard let command = commands[id], now - command.lastSent >= interval else { return nil }
            commands[id]?.lastSent = now
            return command
        }
    }

    /// Forgets what a worker that is gone was told.
    mutating func drop(workerID: String) { remove { $0.workerID == workerID } }

    /// Forgets a job's commands but for releases: its generation is over.
    mutating func supersede(jobID: String) { remove { $0.jobID == jobID && !$0.isRelease } }

    func hasCommands(workerID: String) -> Bool { commands.values.contains { $0.workerID == workerID } }

    func isReleasing(workerID: String, jobID: String) -> Bool {
        commands.values.contains { $0.workerID == workerID && $0.jobID == jobID && $0.isRelease }
    }

    private mutating func remove(where isGone: (Command) -> Bool) {
        order.removeAll { commands[$0].map(isGone) ?? true }
        commands = commands.filter { !isGone($0.value) }
    }
}
