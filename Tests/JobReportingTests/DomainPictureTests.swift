import Foundation
import Testing
import TrainingJobs

@testable import JobReporting

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct DomainPictureTests {
    private static func view(_ distance: Double, _ source: [(Float, Float)], _ target: [(Float, Float)])
        -> DomainExamination.View
    {
        DomainExamination.View(
            distance: distance, source: source.map(DomainExamination.Point.init),
            target: target.map(DomainExamination.Point.init))
    }

    private func numbers(_ path: String, in document: XMLDocument) throws -> [Double] {
        try document.nodes(forXPath: path).compactMap { Double($0.stringValue ?? "") }
    }

    @Test func drawsEverySampleWithinItsPanel() throws {
        let examination = DomainExamination(
            before: Self.view(1.9, [(0, 0), (100, 50)], [(-100, -50)]),
            after: Self.view(0.25, [(1, 1), (.nan, 2)], [(1, 1), (1, 1)]))
        let document = try XMLDocument(xmlString: DomainPicture.svg(examination, jobName: "a <b> & c"))
        // Two in the legend.
        let x = try numbers("//*[local-name()='circle' and @r='2.4']/@cx", in: document)
        let y = try numbers("//*[local-name()='circle' and @r='2.4']/@cy", in: document)
        #expect(
            x == [200, 352, 560], "the middle of a panel, its right edge; one without a place is left out")
        #expect(y == [224, 148, 224])
        let squares = try numbers("//*[local-name()='rect' and @height='4']/@x", in: document)
        #expect(squares == [46, 558, 558])
        let text = document.xmlString
        #expect(text.contains("proxy A-distance 1.90") && text.contains("proxy A-distance 0.25"))
        #expect(text.contains("goes from 1.9000 to 0.2500"))
    }
}
