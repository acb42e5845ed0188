import Foundation
import Synchronization
import WorkerService

/// Worker processes of this binary on this host: started, watched and stopped together.
///
/// One that a signal killed (a crash, or the kernel short of memory) is started anew under its name, after a pause
/// that doubles with every death in a row. One that ended by itself stays ended: it has said why, and would again.
final class WorkerProcesses: Sendable {
    /// How long workers may take to end in good order.
    static let patience = Duration.seconds(5)

    private struct Member {
        let name: String
        var process: Process
        var started = ContinuousClock.now
        var deaths = 0
        /// When a killed one is started anew.
        var revival: ContinuousClock.Instant?
    }

    private struct State {
        var members: [Member] = []
        var isStopping = false

        var ended: [Member] { members.filter { !$0.process.isRunning } }
    }

    private let state = Mutex(State())
    private let arguments: [String]
    private let logFolder: URL?

    /// Starts one `graft worker` for each name.
    ///
    /// - Parameters:
    ///   - arguments: What follows `graft worker --name NAME`.
    ///   - logFolder: Where each process's output goes, as NAME.log; `nil`: to this process's own.
    init(names: [String], arguments: [String], logFolder: URL?) throws {
        self.arguments = arguments
        self.logFolder = logFolder
        do {
            for name in names {
                let process = try start(name)
                state.withLock { $0.members.append(Member(name: name, process: process)) }
            }
        } catch {
            signalAll(SIGTERM)
            throw CommandFailure(.jobFailed, "cannot start a worker process: \(error.localizedDescription)")
        }
    }

    private func start(_ name: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let parent = ProcessInfo.processInfo.processIdentifier
        process.arguments = ["worker", "--name", name, "--exit-with-parent", "\(parent)"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(MatrixLibrary.processEnvironment) {
            $1
        }
        process.standardInput = FileHandle.nullDevice
        if let log = log(of: name) {
            if !FileManager.default.fileExists(atPath: log.path) {
                _ = FileManager.default.createFile(atPath: log.path, contents: nil)
            }
            let handle = try FileHandle(forWritingTo: log)
            try handle.seekToEnd()
            process.standardOutput = handle
            process.standardError = handle
        }
        try process.run()
        return process
    }

    private func log(of name: String) -> URL? { logFolder?.appendingPathComponent("\(name).log") }

    /// What to tell people when workers have ended by themselves: names, exit codes and last words.
    var obituary: String {
        state.withLock { state in
            state.ended.map { member in
                let lastLine = log(of: member.name).flatMap { try? String(contentsOf: $0, encoding: .utf8) }?
                    .split(separator: "\n").last.map { ": \($0)" }
                return "\(member.name) ended with code \(member.process.terminationStatus)\(lastLine ?? "")"
            }.joined(separator: "; ")
        }
    }

    /// What the ended workers agree on as their exit code for a failure; `nil` where they do not.
    var commonExitCode: Int32? {
        state.withLock { state in
            let codes = Set(
                state.ended.map { $0.process.terminationReason == .exit ? $0.process.terminationStatus : nil }
            )
            return codes.count == 1 ? codes.compactMap { $0 }.first { $0 != 0 } : nil
        }
    }

    func signalAll(_ number: Int32) {
        state.withLock { state in
            for member in state.members where member.process.isRunning {
                kill(member.process.processIdentifier, number)
            }
        }
    }

    /// Asks all to end, and kills those that do not. Does its work also where the task was cancelled.
    func stop() async {
        state.withLock { $0.isStopping = true }
        await Task.detached { [self] in
            signalAll(SIGTERM)
            let end = ContinuousClock.now + Self.patience
            while isAnyRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
            signalAll(SIGKILL)
        }.value
    }

    /// Starts anew what is killed, and returns when the last one has ended by itself.
    func waitForEnd() async throws {
        while superviseOnce() { try await Task.sleep(for: .milliseconds(100)) }
    }

    private var isAnyRunning: Bool { state.withLock { $0.members.contains { $0.process.isRunning } } }

    /// False once none runs or will run again.
    private func superviseOnce() -> Bool {
        state.withLock { state in
            for index in state.members.indices { revive(&state.members[index], isStopping: state.isStopping) }
            return state.members.contains { $0.process.isRunning || $0.revival != nil }
        }
    }

    private func revive(_ member: inout Member, isStopping: Bool) {
        guard !member.process.isRunning, !isStopping else { return }
        if let revival = member.revival {
            guard ContinuousClock.now >= revival else { return }
            member.revival = nil
            member.started = .now
            do {
                member.process = try start(member.name)
            } catch {
                StandardError.write(
                    "worker \(member.name) cannot be started again: \(error.localizedDescription)")
            }
        } else if member.process.terminationReason == .uncaughtSignal {
            let pause = RestartPause.after(
                deathsBefore: member.deaths, lived: ContinuousClock.now - member.started)
            member.deaths = pause.deaths
            member.revival = .now + pause.length
            StandardError.write(
                "worker \(member.name) was killed by signal \(member.process.terminationStatus); it is started "
                    + "again in \(pause.length)")
        }
    }
}

/// How long to wait before a killed worker is started anew.
struct RestartPause: Equatable {
    static let shortest = Duration.milliseconds(250)
    static let longest = Duration.seconds(30)
    /// One that has lived for so long is well: the next death is the first again.
    static let recovery = Duration.seconds(60)

    /// In a row, with this one.
    var deaths: Int
    var length: Duration

    static func after(deathsBefore: Int, lived: Duration) -> RestartPause {
        let deaths = lived >= recovery ? 1 : deathsBefore + 1
        let length = shortest * (1 << min(deaths - 1, 10))
        return RestartPause(deaths: deaths, length: min(length, longest))
    }
}
