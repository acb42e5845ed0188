import Foundation
import Testing

@testable import CommandLineInterface

@Suite struct ModelDownloadTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "graft-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func onlyAFreeTargetIsTaken() throws {
        try withFolder { folder in
            let target = folder.appendingPathComponent("model")
            try ModelDownload(target: target, mayReplace: false).requireFreeTarget()

            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try ModelDownload(target: target, mayReplace: false).requireFreeTarget()

            try Data("x".utf8).write(to: target.appendingPathComponent("mine.txt"))
            let failure = #expect(throws: CommandFailure.self) {
                try ModelDownload(target: target, mayReplace: false).requireFreeTarget()
            }
            #expect(failure?.status == .invalidInput && failure?.message.contains("--force") == true)
            try ModelDownload(target: target, mayReplace: true).requireFreeTarget()
        }
    }

    @Test func aFileIsNeverReplaced() throws {
        try withFolder { folder in
            let target = folder.appendingPathComponent("model")
            try Data("x".utf8).write(to: target)
            #expect(throws: CommandFailure.self) {
                try ModelDownload(target: target, mayReplace: true).requireFreeTarget()
            }
        }
    }

    @Test(arguments: ["../x", "/etc/passwd", "a/../../x", "", "a//b", ".", "a/.", "a\0b"])
    func pathsThatLeadOutAreRefused(path: String) {
        #expect(throws: CommandFailure.self) {
            try ModelDownload.place(of: path, in: URL(fileURLWithPath: "/tmp/model"))
        }
    }

    @Test func safePathsLieBelowTheFolder() throws {
        let place = try ModelDownload.place(of: "a/b.json", in: URL(fileURLWithPath: "/tmp/model"))
        #expect(place.path == "/tmp/model/a/b.json")
    }
}
