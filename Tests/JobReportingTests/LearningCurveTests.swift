import Foundation
import Testing
import TrainingJobs

@testable import JobReporting

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct LearningCurveTests {
    private func document(_ report: JobReport) throws -> XMLDocument {
        try XMLDocument(xmlString: LearningCurve.svg(report: report))
    }

    /// Values of `attribute` over all elements named `name`.
    private func attributes(_ name: String, _ attribute: String, in document: XMLDocument) throws -> [String]
    {
        try document.nodes(forXPath: "//*[local-name()='\(name)']/@\(attribute)").compactMap(\.stringValue)
    }

    @Test func drawsOneLineForEachSeriesWithinThePicture() throws {
        let document = try document(SampleReport.report)
        let lines = try attributes("polyline", "points", in: document)
        #expect(lines.count == 4, "training and validation loss, accuracy, macro-F1")
        for points in lines {
            let pairs = points.split(separator: " ").map {
                $0.split(separator: ",").compactMap { Double($0) }
            }
            #expect(pairs.count == 2)
            #expect(pairs.allSatisfy { (70...730).contains($0[0]) && (0...600).contains($0[1]) })
            #expect(pairs[0][0] < pairs[1][0])
        }
        let losses = lines[0].split(separator: " ").map { Double($0.split(separator: ",")[1])! }
        #expect(losses[0] < losses[1], "a smaller loss stands lower in the picture")
    }

    @Test func aDiscriminatorsAccuracyHasAPlotOfItsOwn() throws {
        var report = SampleReport.report
        for index in report.segments.indices {
            report.segments[index].alignment = JobReport.Alignment(
                loss: 0.7, discriminatorAccuracy: 0.9 - Double(index) / 5)
        }
        let document = try document(report)
        #expect(try attributes("svg", "viewBox", in: document) == ["0 0 760 900"])
        let lines = try attributes("polyline", "points", in: document)
        let last = try #require(lines.last)
        let heights = last.split(separator: " ").compactMap { Double($0.split(separator: ",")[1]) }
        #expect(heights.count == 2 && heights[0] < heights[1])
        #expect(heights.allSatisfy { (650...840).contains($0) })
    }

    @Test func saysInWordsWhatItShows() throws {
        let document = try document(SampleReport.report)
        let description = try document.nodes(forXPath: "//*[local-name()='desc']").first?.stringValue
        #expect(description?.contains("from 1.5000 to 0.7500 over 200 steps") == true)
        #expect(description?.contains("accuracy is 0.6250 at step 200") == true)
    }

    @Test func namesAreEscaped() throws {
        var report = SampleReport.report
        report.name = "<script> & \"quotes\" \u{1}"
        let title = try document(report).nodes(forXPath: "//*[local-name()='title']").first?.stringValue
        #expect(title?.contains("<script> & \"quotes\"") == true)
    }

    @Test func gapsAreLeftWhereALossIsNotFinite() throws {
        var report = SampleReport.report
        report.segments[0].trainLoss = .infinity
        let lines = try attributes("polyline", "points", in: document(report))
        #expect(lines[0].split(separator: " ").count == 1)
    }

    @Test func aJobWithoutStepsSaysSo() throws {
        let svg = LearningCurve.svg(report: JobReport(jobID: "1", name: "new"))
        #expect(svg.contains("No step was trained."))
        _ = try XMLDocument(xmlString: svg)
    }
}
