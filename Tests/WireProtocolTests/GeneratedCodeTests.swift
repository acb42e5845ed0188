import Foundation
import Testing

/// The committed output of protoc-c against a fresh one.
@Suite struct GeneratedCodeTests {
    static let hasCompiler = ["/usr/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/protoc-c")
    }

    @Test(
        "graft.pb-c.* are what proto/generate.sh writes",
        .enabled(if: hasCompiler, "protoc-c is not installed"))
    func generatedCodeIsFresh() throws {
        let repository = Self.repositoryRoot
        let folder = FileManager.default.temporaryDirectory.appending(path: "graft-proto-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [repository.appending(path: "proto/generate.sh").path(), folder.path()]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        for name in ["graft.pb-c.c", "include/graft.pb-c.h"] {
            let fresh = try Data(contentsOf: folder.appending(path: name))
            let committed = try Data(
                contentsOf: repository.appending(path: "Sources/CWireMessages").appending(path: name))
            #expect(fresh == committed, "\(name) is stale: run proto/generate.sh")
        }
    }

    /// The folder with proto/ in it, above this file.
    static var repositoryRoot: URL {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path() != "/",
            !FileManager.default.fileExists(atPath: folder.appending(path: "proto/graft.proto").path())
        {
            folder.deleteLastPathComponent()
        }
        return folder
    }
}
