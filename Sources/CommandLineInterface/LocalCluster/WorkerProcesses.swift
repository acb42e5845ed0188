import Foundation

/// Worker processes of this binary on this host: started, watched and stopped together.
struct WorkerProcesses: Sendable {
    /// How long workers may take to end in good order.
    static let patience = Duration.seconds(5)

    private struct Member: Sendable {
        let name: String
        let process: Process
        let log: URL?
    }

    private let members: [Member]

    /// Starts one `graft worker` for each name.
    ///
    /// - Parameters:
    ///   - arguments: What follows `graft worker --name NAME`.
    ///   - logFolder: Where each process's output goes, as NAME.log; `nil`: to this process's own.
    init(names: [String], arguments: [String], logFolder: URL?) throws {
        var members: [Member] = []
        do {
            for name in names {
                members.append(try Self.start(name, arguments: arguments, logFolder: logFolder))
            }
        } catch {
            for member in members { member.process.terminate() }
            throw CommandFailure(.jobFailed, "cannot start a worker process: \(error.localizedDescription)")
        }
        self.members = members
    }

    private static func start(_ name: String, arguments: [String], logFolder: URL?) throws -> Member {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let parent = ProcessInfo.processInfo.processIdentifier
        process.arguments = ["worker", "--name", name, "--exit-with-parent", "\(parent)"] + arguments
        process.standardInput = FileHandle.nullDevice
        let log = logFolder?.appendingPathComponent("\(name).log")
        if let log {
            FileManager.default.createFile(atPath: log.path, contents: nil)
            let handle = try FileHandle(forWritingTo: log)
            process.standardOutput = handle
            process.standardError = handle
        }
        try process.run()
        return Member(name: name, process: process, log: log)
    }

    var isAnyRunning: Bool { members.contains { $0.process.isRunning } }

    /// What to tell people when workers have ended by themselves: names, exit codes and last words.
    var obituary: String {
        members.filter { !$0.process.isRunning }.map { member in
            let lastLine = member.log.flatMap { try? String(contentsOf: $0, encoding: .utf8) }?
                .split(separator: "\n").last.map { ": \($0)" }
            return "\(member.name) ended with code \(member.process.terminationStatus)\(lastLine ?? "")"
        }.joined(separator: "; ")
    }

    func signalAll(_ number: Int32) {
        for member in members where member.process.isRunning {
            kill(member.process.processIdentifier, number)
        }
    }

    /// Asks all to end, and kills those that do not. Does its work also where the task was cancelled.
    func stop() async {
        await Task.detached {
            signalAll(SIGTERM)
            let end = ContinuousClock.now + Self.patience
            while isAnyRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
            signalAll(SIGKILL)
        }.value
    }

    /// Returns when the last one has ended.
    func waitForEnd() async throws {
        while isAnyRunning { try await Task.sleep(for: .milliseconds(100)) }
    }
}
