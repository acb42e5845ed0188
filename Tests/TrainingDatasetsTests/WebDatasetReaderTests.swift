import Foundation
import Testing
import TestingSupport

@testable import TrainingDatasets

/// Shards as tar itself writes them.
@Suite struct WebDatasetReaderTests {
    private func archive(
        _ files: [(name: String, text: String)], format: String, in folder: TestingSupport.TemporaryFolder
    ) throws -> URL {
        for file in files { try folder.write(file.text, to: file.name) }
        let target = folder.file("shard.tar")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["tar", "--format=\(format)", "--hard-dereference", "-cf", target.path, "-C", folder.url.path]
            + files.map(\.name)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return target
    }

    private let files = [
        ("a/000000.png", "first"), ("a/000000.cls", "7"), ("a/000001.cls", ""),
        ("a/000001.seg.png", String(repeating: "x", count: 1025)), ("no-extension", "passed over"),
        ("\(String(repeating: "long-", count: 50)).txt", "é"),
    ]

    @Test(arguments: ["gnu", "pax"]) func readsSamples(format: String) throws {
        let folder = try TestingSupport.TemporaryFolder()
        let entries = try WebDatasetReader.entries(of: archive(files, format: format, in: folder))
        #expect(
            entries.map(\.key) == ["a/000000", "a/000001", String(repeating: "long-", count: 50)])
        #expect(entries[0].files == ["png": Array("first".utf8), "cls": Array("7".utf8)])
        #expect(entries[1].files["cls"] == [])
        #expect(entries[1].files["seg.png"]?.count == 1025)
        #expect(entries[2].files["txt"] == Array("é".utf8))
    }

    @Test func readsPOSIXPrefixes() throws {
        let folder = try TestingSupport.TemporaryFolder()
        let path = String(repeating: "folder/", count: 17) + "b.txt"
        let entries = try WebDatasetReader.entries(of: archive([(path, "1")], format: "ustar", in: folder))
        #expect(entries.map(\.key) == [String(path.dropLast(4))])
    }

    @Test func anEmptyArchiveHasNoSamples() throws {
        let folder = try TestingSupport.TemporaryFolder()
        #expect(try WebDatasetReader.entries(of: folder.write("", to: "empty.tar")).isEmpty)
        let zeros = try folder.write(Data(count: 1024), to: "zeros.tar")
        #expect(try WebDatasetReader.entries(of: zeros).isEmpty)
    }

    @Test(arguments: [100, 513, 600, 1500]) func refusesCutArchives(length: Int) throws {
        let folder = try TestingSupport.TemporaryFolder()
        let whole = try Data(contentsOf: archive(Array(files.prefix(4)), format: "ustar", in: folder))
        let cut = try folder.write(whole.prefix(length), to: "cut.tar")
        let error = #expect(throws: DatasetError.self) { try WebDatasetReader.entries(of: cut) }
        #expect(error?.message.contains("cut.tar") == true && error?.message.contains("cut short") == true)
    }

    @Test func refusesDamagedHeaders() throws {
        let folder = try TestingSupport.TemporaryFolder()
        var bytes = try Data(contentsOf: archive(files, format: "gnu", in: folder))
        bytes[3] ^= 1
        let damaged = try folder.write(bytes, to: "damaged.tar")
        let error = #expect(throws: DatasetError.self) { try WebDatasetReader.entries(of: damaged) }
        #expect(error?.message.contains("checksum") == true)
        let text = try folder.write(String(repeating: "no archive ", count: 100), to: "text.tar")
        #expect(throws: DatasetError.self) { try WebDatasetReader.entries(of: text) }
        #expect(throws: DatasetError.self) { try WebDatasetReader(file: folder.file("absent.tar")) }
    }

    @Test func refusesAFileThatStandsTwice() throws {
        let folder = try TestingSupport.TemporaryFolder()
        let twice = try archive([("a.cls", "1"), ("a.cls", "1")], format: "gnu", in: folder)
        #expect(throws: DatasetError.self) { try WebDatasetReader.entries(of: twice) }
    }
}
