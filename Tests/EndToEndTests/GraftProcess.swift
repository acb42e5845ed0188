import Foundation
import Synchronization

/// One run of the built `graft` binary: its output as it comes, signals, and its exit code.
final class GraftProcess: Sendable {
    struct Result: Sendable {
        let exitCode: Int32
        let output: String
        let errors: String
    }

    enum ProcessFailure: Error, CustomStringConvertible {
        case notBuilt(String)
        case timedOut(String)
        case unexpected(String)

        var description: String {
            switch self {
            case .notBuilt(let path): "no graft binary at \(path): build it first"
            case .timedOut(let what), .unexpected(let what): what
            }
        }
    }

    /// The binary stands beside the test bundle in the build folder.
    static var binary: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "graft")
    }

    private struct Streams {
        var output = Data()
        var errors = Data()
        var open = 2
    }

    // Foundation's Process is not Sendable; it is started before this object is shared and afterwards only
    // asked for what is documented as safe from any thread, under this lock.
    private let process: Mutex<Process>
    private let streams = Mutex(Streams())
    let identifier: Int32

    /// Starts `graft` with `arguments`; `environment` adds to this process's own, `launcher` starts it elsewhere.
    init(
        _ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil,
        launcher: [String] = []
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: Self.binary.path) else {
            throw ProcessFailure.notBuilt(Self.binary.path)
        }
        let process = Process()
        let command = launcher + [Self.binary.path] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let directory { process.currentDirectoryURL = directory }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        identifier = process.processIdentifier
        self.process = Mutex(process)
        read(output) { $0.output.append($1) }
        read(errors) { $0.errors.append($1) }
    }

    /// Reads a pipe to its end on a thread of its own: Foundation's readability handlers run on a queue that a
    /// loaded machine may leave waiting for longer than any test.
    private func read(_ pipe: Pipe, append: @escaping @Sendable (inout Streams, Data) -> Void) {
        let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
        // Pipes live on after their process. From some 1,300 open files on, Foundation reads beyond its list of them
        // when it starts the next one, and may crash.
        try? pipe.fileHandleForReading.close()
        Thread.detachNewThread { [weak self] in
            defer { close(descriptor) }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = Glibc.read(descriptor, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                guard let self, count > 0 else { break }
                streams.withLock { append(&$0, Data(chunk[..<count])) }
            }
            self?.streams.withLock { $0.open -= 1 }
        }
    }

    var output: String { streams.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { streams.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    func send(_ signal: Int32) { kill(identifier, signal) }

    /// Waits for the end; a process that outlives `timeout` is killed, and that is a failure.
    func wait(timeout: Duration = .seconds(120)) async throws -> Result {
        let deadline = ContinuousClock.now + timeout
        while isRunning {
            guard ContinuousClock.now < deadline else {
                send(SIGKILL)
                throw ProcessFailure.timedOut(
                    "graft \(process.withLock { $0.arguments ?? [] }.joined(separator: " ")) ran past \(timeout);"
                        + " it had said: \(output)\(errors)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        // The pipes' last bytes; a child that outlives the process may hold them open.
        for _ in 0..<500 where streams.withLock({ $0.open > 0 }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let status = process.withLock { $0.terminationStatus }
        return Result(exitCode: status, output: output, errors: errors)
    }

    /// Waits until what the process has said so far satisfies `condition`.
    func waitForOutput(
        timeout: Duration = .seconds(60), _ condition: @Sendable (String) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + timeout
        while !condition(output + errors) {
            guard ContinuousClock.now < deadline, isRunning else {
                throw ProcessFailure.timedOut("graft did not say what was waited for: \(output)\(errors)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends the process and waits for it.
    func stop() async {
        guard isRunning else { return }
        send(SIGTERM)
        for _ in 0..<250 where isRunning { try? await Task.sleep(for: .milliseconds(20)) }
        if isRunning { send(SIGKILL) }
    }
}
