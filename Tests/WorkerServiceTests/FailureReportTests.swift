import Foundation
import Testing
import WireProtocol

@testable import WorkerService

@Suite struct FailureReportTests {
    private let generation = Generation(jobID: "job", number: 1)

    private struct OddError: Error, CustomStringConvertible { var description: String }

    @Test(arguments: [true, false])
    func zeroBytesInAnErrorsWordsAreReplaced(isPreparation: Bool) throws {
        for error: any Error in [
            WorkerError(.badContent, "a\0b", context: "\0file"), OddError(description: "a\0b"),
        ] {
            let report = FailureReport.report(
                error, isPreparation: isPreparation, generation: generation, workerID: "w", members: [])
            let back = try Envelope.decode(Envelope(body: report).encode()).body
            #expect(back == report)
            #expect(try #require(failure(of: back)).message == "a\u{FFFD}b")
        }
        #expect("plain é".withoutZeroBytes == "plain é")
    }

    @Test func aReportThatNoMessageHoldsBecomesAFailureThatOneDoes() throws {
        let report = FailureReport.report(
            unsendable: WireError(.unrepresentable, "x\0 has a zero byte"), isPreparation: false,
            generation: generation, workerID: "w")
        let back = try Envelope.decode(Envelope(body: report).encode()).body
        #expect(try #require(failure(of: back)).message.contains("cannot be sent"))
    }

    private func failure(of body: WireBody) -> Failure? {
        switch body {
        case .jobPrepared(let report): report.failure
        case .jobFailed(let report): report.failure
        default: nil
        }
    }
}
