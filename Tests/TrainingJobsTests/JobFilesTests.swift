import Foundation
import Testing

@testable import TrainingJobs

/// A folder that goes with its test.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("graft-jobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, _ name: String) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}

@Suite struct JobFilesTests {
    /// Held by the suite, so that it lasts as long as the test.
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func filesHaveLogicalPaths() throws {
        for name in ["config.json", "model.safetensors", "vocab.txt", "added_tokens.json", "README.md"] {
            try folder.write("x", "model/\(name)")
        }
        let job = try decode(smallJob).specification
        let files = try JobFiles.list(job, relativeTo: folder.url)
        #expect(
            files.map(\.path) == [
                "backbone/added_tokens.json", "backbone/config.json", "backbone/model.safetensors",
                "backbone/vocab.txt",
                "tasks/topic/train.csv",
                "tasks/topic/validation.csv",
            ])
        #expect(files[4].url.path == folder.url.appendingPathComponent("a.csv").standardizedFileURL.path)
    }

    @Test func shardedWeightsAreAllListed() throws {
        try folder.write("{}", "model/config.json")
        try folder.write(
            #"{"weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "model-1.safetensors"}}"#,
            "model/model.safetensors.index.json")
        let files = try JobFiles.list(decode(smallJob).specification, relativeTo: folder.url)
        #expect(
            files.map(\.path).filter { $0.contains("safetensors") } == [
                "backbone/model-1.safetensors", "backbone/model-2.safetensors",
                "backbone/model.safetensors.index.json",
            ])
    }

    @Test(arguments: [
        "[]", "{}", #"{"weight_map": {}}"#, #"{"weight_map": {"a": "../up"}}"#,
        #"{"weight_map": {"a": "/etc/passwd"}}"#,
    ])
    func anIndexThatIsNotOneIsRefused(index: String) throws {
        try folder.write("{}", "model/config.json")
        try folder.write(index, "model/model.safetensors.index.json")
        let error = #expect(throws: JobError.self) {
            try JobFiles.list(decode(smallJob).specification, relativeTo: folder.url)
        }
        #expect(error?.code == .unreadableFile)
    }

    @Test func aFolderWithoutConfigurationIsRefused() throws {
        let error = #expect(throws: JobError.self) {
            try JobFiles.list(decode(smallJob).specification, relativeTo: folder.url)
        }
        #expect(error?.message.contains("config.json") == true)
    }

    @Test func pathsStartFromTheJobFile() {
        let folder = URL(fileURLWithPath: "/jobs/a")
        #expect(JobFiles.resolve("data.csv", relativeTo: folder).path == "/jobs/a/data.csv")
        #expect(JobFiles.resolve("../b/data.csv", relativeTo: folder).path == "/jobs/b/data.csv")
        #expect(JobFiles.resolve("/data/x.csv", relativeTo: folder).path == "/data/x.csv")
        #expect(JobFiles.resolve("~/x.csv", relativeTo: folder).path.hasPrefix("/jobs") == false)
    }
}
