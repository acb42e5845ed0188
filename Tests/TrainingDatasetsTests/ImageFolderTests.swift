import Foundation
import Testing

@testable import TrainingDatasets

@Suite struct ImageFolderTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(png(1), "set/dog/b.png")
        try folder.write(png(2), "set/dog/a.1.png")
        try folder.write(png(3), "set/dog/more/c.PNG")
        try folder.write([0xFF, 0xD8], "set/cat's/x.jpg")
        try folder.write([0xFF, 0xD8, 1], "set/cat's/\(String(repeating: "é", count: 90)).jpeg")
        try folder.write("passed over", "set/dog/notes.txt")
        try folder.write("passed over", "set/dog/.hidden.png")
        try folder.write("passed over", "set/list.png")
    }

    var set: URL { folder.url.appendingPathComponent("set") }

    func rows(_ source: any LabelledRowSource) throws -> [LabelledRow] {
        var source = source
        var rows: [LabelledRow] = []
        while let row = try source.next() { rows.append(row) }
        return rows
    }

    func archive(_ name: String) throws -> URL {
        let target = folder.url.appendingPathComponent(name)
        try ImageFolderArchive.write(set, name: "set", to: target)
        return target
    }

    @Test func imagesAreInTheOrderOfTheirNames() throws {
        let found = try rows(ImageFolderRows(url: set, name: "set", classNames: nil))
        #expect(found.map(\.label) == ["cat's", "cat's", "dog", "dog", "dog"])
        #expect(found.map(\.entry).suffix(3) == ["dog/a.1.png", "dog/b.png", "dog/more/c.PNG"])
        #expect(found[2].payload == .image(png(2)))
    }

    @Test func theArchiveHasTheSameRows() throws {
        let read = try rows(ImageFolderRows(url: set, name: "set", classNames: nil))
        let packed = try rows(WebDatasetRows(shards: [(archive("a.tar"), "a.tar")], classNames: nil))
        #expect(packed.map(\.label) == read.map(\.label))
        #expect(packed.map(\.payload) == read.map(\.payload))
        #expect(packed.map(\.row) == read.map(\.row))
        #expect(packed[2].entry == "000002-a_1")
    }

    @Test func theArchiveIsTheSameBytes() throws {
        let first = try Data(contentsOf: archive("a.tar"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1), .posixPermissions: 0o600],
            ofItemAtPath: set.appendingPathComponent("dog/b.png").path)
        #expect(try Data(contentsOf: archive("a.tar")) == first)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left.sorted() == ["a.tar", "set"])
    }

    @Test func tarReadsTheArchive() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar", "-tf", try archive("a.tar").path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let listing = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(listing.split(separator: "\n").count == 10)
        #expect(listing.hasSuffix("000004-c.png\n000004-c.cls\n"))
    }

    @Test func foldersThatAreNoneAreNamed() throws {
        try folder.write("x", "empty/dog/notes.txt")
        try folder.write("x", "flat/a.png")
        func failure(_ name: String) -> DatasetError? {
            #expect(throws: DatasetError.self) {
                try ImageFolder(url: folder.url.appendingPathComponent(name), name: name)
            }
        }
        #expect(failure("absent")?.code == .unreadableFile)
        #expect(failure("flat")?.message.contains("no subfolders") == true)
        #expect(failure("empty")?.message.hasPrefix("empty/dog: The class has no") == true)
    }
}
