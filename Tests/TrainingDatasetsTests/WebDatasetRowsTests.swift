import Foundation
import Testing
import TestingSupport
import TrainingJobs

@testable import TrainingDatasets

/// Tar archives made in memory, a member after the other.
enum Tar {
    static func archive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        files.flatMap { file -> [UInt8] in
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ place: Int) {
                header.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
            }
            put(file.name, 0)
            put(String(file.bytes.count, radix: 8), 124)
            put("        ", 148)
            put(String(header.reduce(0) { $0 + Int($1) }, radix: 8), 148)
            return header + file.bytes
                + [UInt8](repeating: 0, count: (512 - file.bytes.count % 512) % 512)
        } + [UInt8](repeating: 0, count: 1024)
    }
}

/// A PNG of one grey level.
func png(_ level: UInt8, size: Int = 4) -> [UInt8] {
    StoredPNG.encode(
        width: size, height: size, channels: 1, pixels: [UInt8](repeating: level, count: size * size))
}

@Suite struct WebDatasetRowsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func rows(_ shards: [[(String, [UInt8])]], names: String? = nil) throws -> [LabelledRow] {
        let places = try shards.enumerated().map { index, files in
            (url: try folder.write(Tar.archive(files), "\(index).tar"), name: "shards/\(index).tar")
        }
        let classNames = try names.map {
            try ClassNames(url: folder.write($0, "names.txt"), name: "names.txt")
        }
        let source = WebDatasetRows(shards: places, classNames: classNames)
        var rows: [LabelledRow] = []
        while let row = try source.next() { rows.append(row) }
        return rows
    }

    func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func shardsFollowEachOther() throws {
        let found = try rows([
            [("a/0.png", png(0)), ("a/0.cls", text("7\n")), ("a/1.cls", text("cat")), ("a/1.JPEG", [1])],
            [], [("0.jpg", [2]), ("0.cls", text("1")), ("0.json", text("{}"))],
        ])
        #expect(found.map(\.label) == ["7", "cat", "1"])
        #expect(found.map(\.payload) == [.image(png(0)), .image([1]), .image([2])])
        #expect(found.map(\.row) == [1, 2, 3])
        #expect(found.map(\.entry) == ["a/0", "a/1", "0"])
        #expect(found.map(\.file) == ["shards/0.tar", "shards/0.tar", "shards/2.tar"])
    }

    @Test func numbersBecomeNames() throws {
        let found = try rows(
            [[("0.png", [1]), ("0.cls", text("1")), ("1.png", [1]), ("1.cls", text("cat"))]],
            names: "cat\r\nbig dog\r\n\r\n")
        #expect(found.map(\.label) == ["big dog", "cat"])
    }

    @Test(
        arguments: [
            ([("7.cls", "1")], .missingValue, "no image"), ([("7.png", "x")], .missingValue, "7.cls"),
            ([("7.png", "x"), ("7.jpg", "x"), ("7.cls", "1")], .ambiguousSample, "2 images"),
            ([("7.png", "x"), ("7.cls", "2")], .unknownLabel, "classes are 0 to 1"),
            ([("7.png", "x"), ("7.cls", "-1")], .unknownLabel, "names.txt"),
            ([("7.png", "x"), ("7.cls", "cow")], .unknownLabel, "\"cow\""),
        ] as [([(String, String)], DatasetError.Code, String)])
    func badSamplesAreNamed(files: [(String, String)], code: DatasetError.Code, part: String) {
        let error = #expect(throws: DatasetError.self) {
            try rows([files.map { ($0.0, text($0.1)) }], names: "cat\ndog")
        }
        #expect(error?.code == code)
        #expect(error?.message.hasPrefix("shards/0.tar, sample 7: ") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(part) == true)
    }

    @Test(
        arguments: [("", "empty"), ("cat\n\ndog", "line 2"), ("cat\ndog\ncat\n", "twice"), ("\n\n", "empty")])
    func badClassNamesAreNamed(content: String, part: String) {
        let error = #expect(throws: DatasetError.self) { try rows([], names: content) }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("names.txt") == true)
    }

    @Test(.enabled(if: RealInput.sharedData != nil, "needs ../shared"))
    func cifar10IsRead() throws {
        let data = try #require(RealInput.sharedData).appending(path: "cifar10")
        let source = WebDatasetRows(
            shards: [(data.appending(path: "test-1000.tar"), "test")],
            classNames: try ClassNames(url: data.appending(path: "classes.txt"), name: "classes.txt"))
        var counts: [String: Int] = [:]
        while let row = try source.next() {
            try ImageCheck.decode(row)
            counts[try #require(row.label), default: 0] += 1
        }
        #expect(counts.values.reduce(0, +) == 1_000)
        #expect(counts.count == 10 && counts["airplane"] == 103)
    }
}
