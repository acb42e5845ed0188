import Testing
import TrainingJobs

@testable import JobReporting

@Suite struct JobComparisonTests {
    private static func report(
        _ name: String, id: String = "1", tests: [(String, Double)], seconds: Double = 10
    )
        -> JobReport
    {
        JobReport(
            jobID: id, name: name,
            test: tests.map {
                JobReport.TaskMeasures(
                    task: $0.0, samples: 10, loss: 1 - $0.1, accuracy: $0.1, macroF1: $0.1 / 2)
            }, wallSeconds: seconds)
    }

    private static let comparison = JobComparison(
        [
            report("alone", tests: [("size", 0.5)]),
            report("together", tests: [("size", 0.75), ("hue", 0.25)]),
        ], metric: .accuracy)

    @Test func eachTaskHasARowAndEachJobAColumn() throws {
        let rows = Dictionary(uniqueKeysWithValues: Self.comparison.rows.map { ($0.title, $0.values) })
        #expect(Self.comparison.names == ["alone", "together"])
        #expect(rows["size, test: accuracy"] == [0.5, 0.75])
        #expect(rows["hue, test: accuracy"] == [nil, 0.25])
        #expect(rows["mean of tests: accuracy"] == [0.5, 0.5])
        #expect(rows["seconds"] == [10, 10])
        #expect(rows["backbone forwards"] == nil, "a row without any figure")
    }

    @Test(arguments: [(MetricKind.macroF1, 0.25), (.loss, 0.5)])
    func anyMetricCanBeCompared(metric: MetricKind, expected: Double) {
        let comparison = JobComparison([Self.report("a", tests: [("size", 0.5)])], metric: metric)
        #expect(comparison.rows.first?.values == [expected])
    }

    @Test func jobsOfOneNameAreToldApart() {
        let comparison = JobComparison(
            [Self.report("a", id: "0123456789", tests: []), Self.report("a", id: "9876543210", tests: [])],
            metric: .accuracy)
        #expect(comparison.names == ["a 01234567", "a 98765432"])
    }

    @Test func theTableIsCSV() {
        let lines = Self.comparison.csv.split(separator: "\n")
        #expect(lines.first == ",alone,together")
        #expect(lines.contains("\"hue, test: accuracy\",,0.25"))
    }
}
