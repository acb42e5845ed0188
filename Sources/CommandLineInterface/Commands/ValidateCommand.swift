import ArgumentParser
import Foundation
import TrainingJobs

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a job file and the files that it names.",
        discussion: """
            Example:
              graft validate job.yaml

            Says all that is wrong, with its place in the file. Exits with 2 where something is.
            """)

    @Argument(help: "The job file.", completion: .file(extensions: ["yaml", "yml"]))
    var job: String

    @Flag(help: "Print problems as JSON.")
    var json = false

    func run() throws {
        let problems = try problems()
        let errorCount = problems.count { $0.severity == .error }
        if json {
            print(try CanonicalJSON.encode(problems.map(ProblemRecord.init)))
        } else {
            for problem in problems { print(problem) }
            if errorCount == 0 { print("\(job): can run") }
        }
        if errorCount > 0 {
            throw CommandFailure(
                .invalidInput, "\(job) has \(errorCount) \(errorCount == 1 ? "error" : "errors")")
        }
    }

    /// Of the file itself, or, where it can be read, of what it names.
    private func problems() throws -> [JobProblem] {
        do {
            return JobCheck.problems(in: try JobFileReader.readDocument(URL(fileURLWithPath: job)))
        } catch let error as JobError where !error.problems.isEmpty {
            return error.problems
        }
    }
}

/// A problem as `--json` prints it.
private struct ProblemRecord: Encodable {
    let severity: JobProblem.Severity
    let keyPath: String
    let location: SourceLocation?
    let message: String

    init(_ problem: JobProblem) {
        severity = problem.severity
        keyPath = problem.keyPath
        location = problem.location
        message = problem.message
    }
}
