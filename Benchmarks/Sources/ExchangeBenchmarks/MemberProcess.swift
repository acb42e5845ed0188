import Foundation

/// Another member, in a process of its own.
final class MemberProcess {
    /// Where it listens.
    let address: String
    private let process = Process()
    private let input = Pipe()

    init(_ arguments: [String], rank: Int, on hosts: Hosts) throws {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
        let command = hosts.command(ofRank: rank, program, arguments + [String(rank)])
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        address = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func tell(_ line: String) { input.fileHandleForWriting.write(Data("\(line)\n".utf8)) }

    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
