import ArgumentParser
import Foundation
import TrainingJobs
import WireProtocol

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print a job's log.",
        discussion: """
            Example:
              graft logs 3f2a --follow
            """)

    private static let interval = Duration.milliseconds(500)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    @Flag(name: [.short, .long], help: "Go on until the job has ended.")
    var follow = false

    @Flag(help: "Print each line as a JSON object.")
    var json = false

    func run() async throws {
        try await client.withClient { client in
            let jobID = try await client.jobID(for: selection.job)
            var last = 0
            while true {
                let log = try await client.log(of: jobID, after: last)
                for line in log.lines {
                    print(json ? try CanonicalJSON.encode(LogRecord(line)) : Self.text(line))
                    last = max(last, line.sequence)
                }
                if log.lines.isEmpty {
                    if log.finished || !follow { return }
                    try await Task.sleep(for: Self.interval)
                }
            }
        }
    }

    /// `2026-01-02T03:04:05Z warning worker-1: what happened`
    static func text(_ line: LogLine) -> String {
        "\(time(line)) \(line.level) \(line.source): \(line.message)"
    }

    fileprivate static func time(_ line: LogLine) -> String {
        Date(timeIntervalSince1970: Double(line.timeMilliseconds) / 1000).formatted(.iso8601)
    }
}

private struct LogRecord: Encodable {
    let sequence: Int
    let time: String
    let level: String
    let source: String
    let message: String

    init(_ line: LogLine) {
        sequence = line.sequence
        time = LogsCommand.time(line)
        level = line.level
        source = line.source
        message = line.message
    }
}
