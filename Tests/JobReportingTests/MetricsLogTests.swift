import Foundation
import Testing
import TrainingJobs

@testable import JobReporting

@Suite struct MetricsLogTests {
    private func objects(_ report: JobReport) throws -> [[String: Any]] {
        try MetricsLog.render(report: report).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func linesAreJSONInTheOrderOfEvents() throws {
        let log = try objects(SampleReport.report)
        #expect(
            log.map { $0["event"] as? String } == [
                "extraction", "segment", "evaluation", "segment", "evaluation", "evaluation", "summary",
            ])
        #expect(log[0]["backbone_forwards"] as? Int == 60)
        #expect(log[3]["train_loss"] as? Double == 0.75)
        #expect(log[4]["split"] as? String == "validation" && log[4]["step"] as? Int == 200)
        #expect(log[5]["split"] as? String == "test" && log[5]["accuracy"] as? Double == 0.6)
        #expect(log[6]["name"] as? String == "topics | *draft*" && log[6]["wall_seconds"] as? Double == 95)
    }

    @Test func theTargetDomainIsASplit() throws {
        var report = SampleReport.report
        report.targetTest = [SampleReport.measures(loss: 1.1, accuracy: 0.4)]
        let log = try objects(report)
        #expect(log.compactMap { $0["split"] as? String }.suffix(2) == ["test", "target test"])
        #expect(log[6]["accuracy"] as? Double == 0.4 && log[6]["step"] as? Int == 200)
    }

    @Test(arguments: [
        "a \"quoted\" \\ name", "tab\there", "line\nbreak", "bell\u{7}", "naïve 文字 😀", "\u{2028}",
    ])
    func anyNameSurvives(name: String) throws {
        var report = SampleReport.report
        report.name = name
        #expect(try objects(report).last?["name"] as? String == name)
    }

    @Test func whatIsNotFiniteIsNull() throws {
        var report = SampleReport.report
        report.segments[0].trainLoss = .nan
        #expect(try objects(report)[1]["train_loss"] is NSNull)
    }

    @Test func aJobThatJustBeganHasItsSummaryOnly() throws {
        let log = try objects(JobReport(jobID: "1", name: "new"))
        #expect(log.map { $0["event"] as? String } == ["summary"])
        #expect(log[0]["model_sha256"] == nil)
    }
}
