import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct TableReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func rows(
        _ bytes: some Sequence<UInt8>, _ format: DataFormat, _ columns: [String] = ["text", "label"]
    ) throws -> [TableRow] {
        let url = try folder.write(bytes, "data")
        var reader = try TableReader(url: url, format: format, columns: columns)
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    func failure(_ bytes: some Sequence<UInt8>, _ format: DataFormat) -> DatasetError? {
        #expect(throws: DatasetError.self) { try rows(bytes, format) }
    }

    @Test(arguments: ["\n", "\r\n"])
    func quotedFieldsMayHoldAnything(newline: String) throws {
        let text = [
            "label,text,more", "a,\"x, y\",1", "b,\"he said \"\"no\"\"\",", "", "c,\"two", "lines\",\"\"",
            "d,5\" disk,2",
            "\"e\",\"\",",
        ].joined(separator: newline)
        let found = try rows(text.utf8, .csv)
        #expect(
            found.map { $0.values[0] } == ["x, y", "he said \"no\"", "two\(newline)lines", "5\" disk", ""])
        #expect(found.map { $0.values[1] } == ["a", "b", "c", "d", "e"])
        #expect(found.map(\.row) == [1, 2, 3, 4, 5])
        #expect(found.map(\.line) == [2, 3, 5, 7, 8])
    }

    @Test(arguments: ["", "\n", "\r\n", "\n\n\n"])
    func theLastLineMayEndOrNot(end: String) throws {
        for format in [DataFormat.csv, .tsv] {
            let comma = format == .csv ? "," : "\t"
            let found = try rows("\u{FEFF}text\(comma)label\na\(comma)1\nb\(comma)\(end)".utf8, format)
            #expect(found.map(\.values) == [["a", "1"], ["b", ""]])
        }
    }

    @Test func quotesAreTextInTSV() throws {
        let found = try rows(
            "label\ttext\n1\t\"open\n0\tit \"is\"\t\n".replacingOccurrences(of: "\t\n", with: "\n").utf8, .tsv
        )
        #expect(found.map(\.values) == [["\"open", "1"], ["it \"is\"", "0"]])
    }

    @Test func jsonLinesTakeTextNumbersAndBooleans() throws {
        let text = #"""
            {"text": "a\n\"b\" \u00e9 \ud83d\ude00 \/", "label": 1}

            {"label": true, "more": [1, {"x": [null, -1.5e+3]}], "text": ""}
             { "label" : "x" , "text" : 2.50 }
            """#
        let found = try rows(text.utf8, .jsonl)
        #expect(found.map { $0.values[0] } == ["a\n\"b\" é 😀 /", "", "2.50"])
        #expect(found.map { $0.values[1] } == ["1", "true", "x"])
        #expect(found.map(\.row) == [1, 2, 3])
        #expect(found.map(\.line) == [1, 3, 4])
    }

    @Test(arguments: [
        "[]", "{", "{\"text\"}", "{\"text\": }", "{\"text\": \"a\"", "{\"text\": \"a",
        "{\"text\": \"\\ud800\"}",
        "{\"text\": \"\\ud800\\u0041\"}", "{\"text\": \"\\udc00\"}", "{\"text\": \"\\q\"}",
        "{\"text\": \"\\u12\"}",
        "{\"text\": \"a\tb\"}", "{\"text\": 01}", "{\"text\": 1.}", "{\"text\": 1e}", "{\"text\": -}",
        "{\"text\": nan}",
        "{\"text\": \"a\",}", "{\"text\": \"a\"} {}", "{text: 1}", "{'text': 1}", "text", "{\"text\": tru}",
        "{\"text\": \"a\", \"text\": \"b\"}", "{\"a\": [1,]}", "{\"a\": {\"b\" 1}}",
        "{\"a\": " + String(repeating: "[", count: 100_000) + "}",
    ])
    func badJSONIsRefusedByRow(line: String) {
        let error = failure("{\"text\": \"a\", \"label\": 1}\n\(line)\n".utf8, .jsonl)
        #expect(error?.code == .invalidJSON)
        #expect(error?.row == 2)
        #expect(error?.message.hasPrefix("data, row 2 (line 2): ") == true)
    }

    @Test(
        arguments: [
            ("text,label\na,1\nb\n", .csv, .raggedRow, 2, 3),
            ("text,label\na,1,2\n", .csv, .raggedRow, 1, 2),
            ("text\tlabel\na\t1\nb\n", .tsv, .raggedRow, 2, 3),
            ("text,label\na,1\n\"b,2\nc,3\n", .csv, .unbalancedQuote, 2, 3),
            ("text,label\n\"b\"c,2\n", .csv, .unbalancedQuote, 1, 2),
            ("{\"text\": \"a\"}\n", .jsonl, .missingColumn, 1, 1),
            ("{\"text\": null, \"label\": 1}\n", .jsonl, .missingValue, 1, 1),
            ("{\"text\": \"a\", \"label\": [1]}\n", .jsonl, .missingValue, 1, 1),
        ] as [(String, DataFormat, DatasetError.Code, Int, Int)])
    func badRowsAreNamed(text: String, format: DataFormat, code: DatasetError.Code, row: Int, line: Int) {
        let error = failure(text.utf8, format)
        #expect(error?.code == code)
        #expect(error?.row == row && error?.line == line)
    }

    @Test(arguments: [DataFormat.csv, .tsv, .jsonl])
    func rowsThatAreNotUTF8AreNamed(format: DataFormat) {
        let lines: [String]
        switch format {
        case .csv: lines = ["text,label", "a,1", "b,2"]
        case .tsv: lines = ["text\tlabel", "a\t1", "b\t2"]
        default: lines = ["{\"text\": \"a\", \"label\": 1}", "{\"text\": \"b\", \"label\": 1}"]
        }
        // Latin-1's é, a cut sequence, an overlong slash and a surrogate half.
        for bad: [UInt8] in [[0xE9], [0xE2, 0x82], [0xC0, 0xAF], [0xED, 0xA0, 0x80]] {
            var bytes = Array(lines.joined(separator: "\n").utf8)
            let place = bytes.lastIndex(of: UInt8(ascii: "b")) ?? 0
            bytes.replaceSubrange(place...place, with: bad)
            let error = failure(bytes, format)
            #expect(error?.code == .invalidUTF8)
            #expect(error?.row == 2)
        }
    }

    @Test func aMissingColumnNamesThoseThatAreThere() {
        let error = failure("sentence,class\na,1\n".utf8, .csv)
        #expect(error?.code == .missingColumn)
        #expect(error?.message.contains("\"sentence\", \"class\"") == true)
        #expect(failure("text,label,text\na,1,b\n".utf8, .csv)?.code == .duplicateColumn)
        #expect(failure("".utf8, .csv)?.code == .emptyData)
        #expect(failure([0xFF, 0x0A], .csv)?.code == .invalidUTF8)
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        for url in [folder.url.appendingPathComponent("missing.csv"), folder.url] {
            let error = #expect(throws: DatasetError.self) {
                _ = try TableReader(url: url, format: .csv, columns: ["a"], name: "data/missing.csv")
            }
            #expect(error?.code == .unreadableFile)
            #expect(error?.message.hasPrefix("data/missing.csv: ") == true)
        }
    }

    /// Rows that straddle chunks in every way: lengths around the chunk size, and many short ones.
    @Test(arguments: [-3, -2, -1, 0, 1, 2, 3, 300_000])
    func chunksDoNotShow(extra: Int) throws {
        let long = String(repeating: "é", count: (LineReader.chunkSize + extra) / 2)
        var text = "text,label\r\n"
        var expected: [[String]] = []
        for number in 0..<3 {
            text += "\"\(long)\r\n\"\"q\"\"\",\(number)\r\n"
            expected.append(["\(long)\r\n\"q\"", "\(number)"])
        }
        #expect(try rows(text.utf8, .csv).map(\.values) == expected)
    }

    @Test(arguments: [DataFormat.csv, .tsv, .jsonl])
    func aRowBeyondTheLimitIsRefused(format: DataFormat) {
        let endless = String(repeating: "x", count: LineReader.maximumRowSize + 1)
        let text = format == .jsonl ? "{\"text\": \"\(endless)\"}" : "text\n\"\(endless)"
        #expect(
            failure(
                text.replacingOccurrences(
                    of: "text\n", with: format == .tsv ? "text\tlabel\n" : "text,label\n"
                ).utf8, format)?.code == .rowTooLong)
    }

    /// Random bytes never crash a reader.
    @Test(arguments: [DataFormat.csv, .tsv, .jsonl])
    func noiseIsReadOrRefused(format: DataFormat) throws {
        var generator = SplitMix64(state: 11)
        let alphabet = Array("\",\t\r\n{}[]:\\u0d8e ab1-.\u{E9}".utf8)
        for _ in 0..<400 {
            var bytes = Array((format == .tsv ? "text\tlabel\n" : "text,label\n").utf8)
            if format == .jsonl { bytes = Array("{\"text\": \"a\", \"label\": \"".utf8) }
            for _ in 0..<generator.next(below: 60) {
                bytes.append(alphabet[Int(generator.next(below: UInt64(alphabet.count)))])
            }
            do {
                for row in try rows(bytes, format) { #expect(row.values.count == 2) }
            } catch is DatasetError {}
        }
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: sharedData + "/sst2/dev.tsv"), "needs ../shared"))
    func theStanfordTreebankIsRead() throws {
        var reader = try TableReader(
            url: URL(fileURLWithPath: sharedData + "/sst2/dev.tsv"), format: .tsv,
            columns: ["sentence", "label"])
        var labels: [String: Int] = [:]
        while let row = try reader.next() { labels[row.values[1], default: 0] += 1 }
        #expect(labels == ["0": 428, "1": 444])
    }
}

/// The public data sets beside the repository, where they are.
let sharedData = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data").path
