import ArgumentParser
import CoordinatorService
import Foundation
import Testing
import TrainingDatasets
import TrainingJobs
import WireProtocol
import ZeroMQMessaging

@testable import CommandLineInterface

@Suite struct EndingTests {
    private func ending(of arguments: [String]) -> GraftCommand.Ending? {
        do {
            var command = try GraftCommand.parseAsRoot(arguments)
            // Help is a command of the parser's own, which ends by throwing its text.
            if arguments.contains("--help") { try command.run() }
            return nil
        } catch {
            return GraftCommand.Ending(of: error)
        }
    }

    @Test(arguments: [
        ["run"], ["run", "job.yaml", "--workers", "0"], ["run", "job.yaml", "--workers", "many"],
        ["frobnicate"],
        ["jobs", "--unknown"], ["predict", "model"], ["predict", "model", "--text", "a", "--file", "b.csv"],
        ["worker", "--cache-limit", "much"], ["worker", "--log-level", "loud"],
        ["worker", "--peer-timeout", "0"], ["run", "job.yaml", "--cache-limit", "much"],
        ["worker", "--processes", "2", "--listen", "tcp://0.0.0.0:7071"],
        ["coordinator", "--state", "s", "--heartbeat-interval", "0"],
        ["coordinator", "--state", "s", "--heartbeat-interval", "2", "--heartbeat-timeout", "5"],
        ["coordinator", "--state", "s", "--retry-days", "-1"], ["drain"],
        ["submit", "job.yaml", "--priority", "11"],
        ["jobs", "--timeout", "0"], ["coordinator"], ["fetch", "job"],
    ])
    func wrongUsageIsTwo(arguments: [String]) throws {
        let ending = try #require(self.ending(of: arguments))
        #expect(ending.status == .invalidInput)
        #expect(ending.text.hasPrefix("graft: error: "))
        #expect(ending.text.contains("Usage: graft"))
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["run", "--help"], ["validate", "--help"], ["predict", "--help"],
        ["coordinator", "--help"], ["worker", "--help"], ["submit", "--help"], ["jobs", "--help"],
        ["show", "--help"], ["logs", "--help"], ["cancel", "--help"], ["workers", "--help"],
        ["fetch", "--help"],
    ])
    func helpIsZeroAndHasAnExample(arguments: [String]) throws {
        let ending = try #require(self.ending(of: arguments))
        #expect(ending.status == .done)
        if arguments.last == "--help" {
            #expect(ending.text.contains("graft \(arguments[0])") || arguments.count == 1)
        }
        if arguments.count == 2 { #expect(ending.text.contains("Example")) }
    }

    @Test func whatIsHiddenStaysHidden() throws {
        #expect(
            try #require(self.ending(of: ["worker", "--help"])).text.contains("exit-with-parent") == false)
    }

    @Test func failuresHaveTheirCodesAndOneLine() {
        func ending(_ error: any Error) -> GraftCommand.Ending { GraftCommand.Ending(of: error) }
        let unreachable = RequestError(.coordinatorUnreachable, "no answer", endpoint: "tcp://head:7070")
        #expect(ending(unreachable).status == .coordinatorUnreachable)
        #expect(ending(unreachable).text == "graft: error: no answer")
        #expect(
            ending(RefusedError(code: "unknown-job", message: "no job", endpoint: "")).status == .invalidInput
        )
        for code in ["blob-file-system", "unreadable-blob", "database-unavailable", "missing-blob"] {
            #expect(ending(RefusedError(code: code, message: "disk", endpoint: "")).status == .jobFailed)
        }
        let outdated = RefusedError(code: "version-mismatch", message: "version 99", endpoint: "")
        #expect(ending(outdated).status == .coordinatorUnreachable)
        #expect(ending(WireError(.versionMismatch, "version 99")).status == .coordinatorUnreachable)
        #expect(ending(RequestError(.closed, "closed", endpoint: "")).status == .coordinatorUnreachable)
        #expect(ending(RequestError(.unexpectedReply, "?", endpoint: "")).status == .coordinatorUnreachable)
        #expect(
            ending(CoordinatorError(code: .stateDirectoryInUse, message: "in use")).status == .invalidInput)
        #expect(ending(CocoaError(.fileWriteNoPermission)).status == .invalidInput)
        #expect(ending(POSIXError(.EACCES)).status == .invalidInput)
        #expect(ending(MessagingError(.badEndpoint, "no endpoint")).status == .invalidInput)
        #expect(ending(JobError(code: .syntax, message: "not YAML")).status == .invalidInput)
        #expect(ending(DatasetError(code: .emptyData, reason: "no rows")).status == .invalidInput)
        #expect(ending(CommandFailure(.jobFailed, "it failed")).status == .jobFailed)
        #expect(ending(CancellationError()).status == .interrupted)
        #expect(ending(CocoaError(.fileNoSuchFile)).status == .jobFailed)
    }
}
