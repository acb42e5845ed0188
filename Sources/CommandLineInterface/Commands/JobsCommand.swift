import ArgumentParser
import Foundation
import JobReporting
import TrainingJobs
import WireProtocol

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the coordinator's jobs, the latest first.",
        discussion: """
            Example:
              graft jobs --coordinator tcp://head:7070
            """)

    @OptionGroup var client: ClientOptions

    /// Listed where nobody asks for more.
    static let latest = 100

    @Flag(help: "List every job, not only the latest \(Self.latest).")
    var all = false

    @Flag(help: "Print the list as JSON.")
    var json = false

    func run() async throws {
        let jobs = try await client.withClient { try await $0.jobs(limit: all ? nil : Self.latest) }
            .sorted { $0.createdAtMilliseconds > $1.createdAtMilliseconds }
        if json {
            print(try CanonicalJSON.encode(jobs.map(JobRecord.init)))
        } else {
            print(jobs.isEmpty ? "no jobs" : Self.table(jobs, now: Date()))
        }
    }

    static func table(_ jobs: [JobSummary], now: Date) -> String {
        var table = TextTable(columns: [
            .left("id"), .left("name"), .left("state"), .right("workers"), .right("progress"),
            .right("metric"),
            .left("submitted"), .left("by"),
        ])
        table.rows = jobs.map { job in
            let age = Int(now.timeIntervalSince1970 * 1000) - job.createdAtMilliseconds
            let progress =
                job.progressTotal > 0 ? "\(job.progressDone)/\(job.progressTotal) \(job.progressUnit)" : ""
            let metric =
                job.metricName.isEmpty ? "" : "\(job.metricName) \(ReadableFigures.measure(job.metricValue))"
            return [
                job.jobID.shortID, job.name, job.state, job.workers > 0 ? "\(job.workers)" : "", progress,
                metric,
                ReadableFigures.ago(milliseconds: age), job.submitter,
            ]
        }
        return table.render()
    }
}

/// A job as `--json` prints it.
struct JobRecord: Encodable {
    let jobID: String
    let name: String
    let state: String
    let submitter: String
    /// ISO 8601, as all times here.
    let createdAt: String
    let startedAt: String?
    let finishedAt: String?
    let workers: Int
    let progressDone: Int
    let progressTotal: Int
    let progressUnit: String
    let metricName: String?
    let metricValue: Double?
    let message: String

    init(_ summary: JobSummary) {
        func text(_ milliseconds: Int) -> String {
            Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
        }
        jobID = summary.jobID
        name = summary.name
        state = summary.state
        submitter = summary.submitter
        createdAt = text(summary.createdAtMilliseconds)
        startedAt = summary.startedAtMilliseconds == 0 ? nil : text(summary.startedAtMilliseconds)
        finishedAt = summary.finishedAtMilliseconds == 0 ? nil : text(summary.finishedAtMilliseconds)
        workers = summary.workers
        progressDone = summary.progressDone
        progressTotal = summary.progressTotal
        progressUnit = summary.progressUnit
        metricName = summary.metricName.isEmpty ? nil : summary.metricName
        metricValue = summary.metricName.isEmpty || !summary.metricValue.isFinite ? nil : summary.metricValue
        message = summary.message
    }
}
