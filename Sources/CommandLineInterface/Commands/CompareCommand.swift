import ArgumentParser
import Foundation
import JobReporting
import TrainingJobs

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show what several jobs reached and cost, beside each other.",
        discussion: """
            Examples:
              graft compare alone together --coordinator tcp://head:7070
              graft compare model-a model-b/report.json --metric macro-f1 --csv table.csv

            A job is a model folder, a report.json, or a job of the coordinator: its id or the start of it, or its name.
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "Two jobs or more.")
    var jobs: [String]

    @Option(help: ArgumentHelp("What is compared: accuracy, macro-f1, f1 or loss.", valueName: "metric"))
    var metric = "accuracy"

    @Option(help: ArgumentHelp("Write the table to a CSV file as well.", valueName: "file"))
    var csv: String?

    func validate() throws {
        guard jobs.count > 1 else { throw ValidationError("Name two jobs or more.") }
        guard MetricKind(rawValue: metric) != nil else {
            throw ValidationError(
                "--metric is \(metric); it is one of "
                    + MetricKind.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
    }

    func run() async throws {
        var reports = try jobs.map(Self.reportFile)
        if reports.contains(where: { $0 == nil }) {
            reports = try await client.withClient { client in
                var found: [JobReport?] = []
                for (job, known) in zip(jobs, reports) {
                    if let known {
                        found.append(known)
                    } else {
                        found.append(try await report(of: job, client))
                    }
                }
                return found
            }
        }
        let comparison = JobComparison(
            reports.compactMap { $0 }, metric: MetricKind(rawValue: metric) ?? .accuracy)
        if let csv { try Data(comparison.csv.utf8).write(to: URL(fileURLWithPath: csv), options: .atomic) }
        print(Self.text(comparison))
    }

    /// - Returns: `nil` for what is no file: a job of the coordinator.
    private static func reportFile(_ name: String) throws -> JobReport? {
        var url = URL(fileURLWithPath: name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return nil }
        if isFolder.boolValue { url.appendPathComponent("report.json") }
        guard let content = try? String(contentsOf: url, encoding: .utf8),
            let report = try? CanonicalJSON.decode(JobReport.self, from: content)
        else {
            throw CommandFailure(
                .invalidInput,
                "\(url.path) is no report of a job; name a model folder that graft wrote, or a job")
        }
        return report
    }

    private func report(of job: String, _ client: CoordinatorClient) async throws -> JobReport {
        let detail = try await client.job(try await client.jobID(for: job))
        guard let report = try detail.report() else {
            throw CommandFailure(
                .invalidInput,
                "job \(job) is \(detail.summary?.state ?? "unknown"): it has nothing to compare yet")
        }
        return report
    }

    static func text(_ comparison: JobComparison) -> String {
        var table = TextTable(columns: [.left("")] + comparison.names.map(TextTable.Column.right))
        table.rows = comparison.rows.map { row in
            [row.title] + row.values.map { $0.map(cell) ?? "" }
        }
        return table.render()
    }

    private static func cell(_ value: Double) -> String {
        value == value.rounded() && abs(value) >= 2
            ? ReadableFigures.count(Int(value)) : ReadableFigures.measure(value)
    }
}
