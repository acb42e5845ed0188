import ArgumentParser
import Foundation
import JobReporting
import TrainingJobs
import WireProtocol

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one job: state, settings, what it reached and cost.",
        discussion: """
            Example:
              graft show 3f2a --coordinator tcp://head:7070
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var selection: JobSelection

    @Flag(help: "Print the job as JSON: its summary, specification and report.")
    var json = false

    func run() async throws {
        let detail = try await client.withClient { client in
            try await client.job(try await client.jobID(for: selection.job))
        }
        guard let summary = detail.summary else {
            throw CommandFailure(.jobFailed, "the coordinator's answer holds no job")
        }
        let specification = try CanonicalJSON.decode(JobSpecification.self, from: detail.specificationJSON)
        let report = try detail.report()
        if json {
            print(
                try CanonicalJSON.encode(
                    DetailRecord(summary: JobRecord(summary), specification: specification, report: report)))
        } else {
            print(Self.text(summary, specification, workers: detail.workerIDs))
            if let report { print("\n\(ReportTable.render(report))") }
        }
    }

    static func text(_ job: JobSummary, _ specification: JobSpecification, workers: [String]) -> String {
        var table = TextTable(columns: [.left(""), .left("")])
        table.rows = [
            ["job", job.jobID], ["name", job.name], ["state", job.state], ["submitted by", job.submitter],
            ["priority", "\(specification.priority ?? 0)"],
            ["technique", specification.technique.kind.rawValue],
            ["backbone", specification.backbone.folder],
            ["tasks", specification.tasks.map(\.name).joined(separator: ", ")],
        ]
        if !job.message.isEmpty { table.rows.append(["message", job.message]) }
        if !workers.isEmpty { table.rows.append(["on", workers.map(\.shortID).joined(separator: ", ")]) }
        return table.render()
    }
}

private struct DetailRecord: Encodable {
    let summary: JobRecord
    let specification: JobSpecification
    let report: JobReport?
}
