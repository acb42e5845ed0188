import TrainingJobs

/// What several jobs reached and cost, beside each other: a row for each task and split, a column for each job.
public struct JobComparison: Sendable {
    /// What the columns are called: the jobs' names, with the start of the id where two have one name.
    public let names: [String]
    /// A row's words and a cell for each job; `nil` where a job has no such figure.
    public let rows: [(title: String, values: [Double?])]

    /// - Parameters:
    ///   - reports: of the jobs, in the order of the columns.
    ///   - metric: what is compared of each task.
    public init(_ reports: [JobReport], metric: MetricKind) {
        names = reports.map { report in
            let isAlone = reports.filter { $0.name == report.name }.count == 1
            return isAlone ? report.name : "\(report.name) \(report.jobID.prefix(8))"
        }
        let measures = reports.map(Self.measures)
        var titles: [String] = []
        for title in measures.joined().map(\.title) where !titles.contains(title) { titles.append(title) }
        var rows = titles.map { title in
            (
                title: "\(title): \(metric.rawValue)",
                values: measures.map { $0.first { $0.title == title }?.measures.value(of: metric) }
            )
        }
        if Set(reports.flatMap { $0.test.map(\.task) }).count > 1 {
            rows.append(
                (title: "mean of tests: \(metric.rawValue)", values: reports.map { $0.test.mean(of: metric) })
            )
        }
        rows += [
            (title: "steps", values: reports.map { ($0.segments.last?.endStep).map(Double.init) }),
            (title: "seconds", values: reports.map(\.wallSeconds)),
            (
                title: "backbone forwards",
                values: reports.map { ($0.extraction?.backboneForwards).map(Double.init) }
            ),
            (title: "parameters trained", values: reports.map { Double($0.trainableParameterCount) }),
        ]
        self.rows = rows.filter { row in row.values.contains { $0 != nil } }
    }

    private static func measures(_ report: JobReport) -> [(title: String, measures: JobReport.TaskMeasures)] {
        let kept = report.segments.first { $0.endStep == report.best?.step }
        let splits = [
            ("validation", kept?.validation ?? []), ("test", report.test),
            (DataSplit.targetTest.title, report.targetTest ?? []),
        ]
        return splits.flatMap { split, measures in
            measures.map { (title: "\($0.task), \(split)", measures: $0) }
        }
    }

    /// Comma-separated values with a line for each row; missing figures are empty.
    public var csv: String {
        let header = ([""] + names).map(Self.field).joined(separator: ",")
        let lines = rows.map { row in
            ([Self.field(row.title)] + row.values.map { $0.map { "\($0)" } ?? "" }).joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// RFC 4180.
    private static func field(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }
}
