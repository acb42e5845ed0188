import Testing
import WireProtocol

@testable import CommandLineInterface

@Suite struct JobLookupTests {
    private let jobs = [
        JobSummary(jobID: "aa11", name: "topics", createdAtMilliseconds: 1),
        JobSummary(jobID: "aa22", name: "topics", createdAtMilliseconds: 3),
        JobSummary(jobID: "bb33", name: "aa1", createdAtMilliseconds: 2),
    ]

    @Test(arguments: [("aa11", "aa11"), ("b", "bb33"), ("AA2", "aa22"), ("topics", "aa22"), ("aa1", "bb33")])
    func findsByIDPrefixOrLatestName(text: String, jobID: String) throws {
        #expect(try JobLookup.find(text, among: jobs).jobID == jobID)
    }

    @Test func severalMatchesAreNamed() {
        let failure = #expect(throws: CommandFailure.self) { try JobLookup.find("aa", among: jobs) }
        #expect(failure?.status == .invalidInput)
        #expect(failure?.message.contains("aa11, aa22") == true)
    }

    @Test(arguments: ["", "cc", "topic"])
    func noneIsInvalidInput(text: String) {
        let failure = #expect(throws: CommandFailure.self) { try JobLookup.find(text, among: jobs) }
        #expect(failure?.status == .invalidInput)
    }
}
