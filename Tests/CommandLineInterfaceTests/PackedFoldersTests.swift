import Foundation
import Testing
import TestingSupport
import TrainingDatasets
import TrainingJobs

@testable import CommandLineInterface

@Suite struct PackedFoldersTests {
    @Test func foldersOfImagesArePacked() throws {
        let folder = try TemporaryFolder("packed")
        try folder.write("x", to: "set/cat/a.png")
        try folder.write("y", to: "set/dog/b.jpg")
        let table = try folder.write("text,label\n", to: "train.csv")
        var archive: URL?
        do {
            let packed = PackedFolders()
            let made = try packed.file(
                for: JobFile(path: "tasks/t/train-000000.tar", url: folder.file("set")))
            let entries = try WebDatasetReader.entries(of: made)
            #expect(entries.map(\.key) == ["000000-a", "000001-b"])
            #expect(entries[1].files == ["jpg": Array("y".utf8), "cls": Array("dog".utf8)])
            let target = try packed.file(
                for: JobFile(path: "tasks/t/target-000000.tar", url: folder.file("set")))
            #expect(
                try WebDatasetReader.entries(of: target).flatMap(\.files.keys).sorted() == ["jpg", "png"],
                "target data travel without labels")
            let plain = try packed.file(for: JobFile(path: "tasks/t/train.csv", url: table))
            #expect(plain == table)
            #expect(throws: DatasetError.self) {
                try packed.file(for: JobFile(path: "tasks/t/test-000000.tar", url: folder.file("set/cat")))
            }
            archive = made
        }
        #expect(FileManager.default.fileExists(atPath: try #require(archive).path) == false)
    }
}
