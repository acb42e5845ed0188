import Foundation
import Testing
import TestingSupport

/// Bad input ends in one clear line that names what is wrong and where, and in exit code 2, 3 or 1.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let exitCode: Int32
        /// All of these stand in what the command says.
        let says: [String]
        let damage: @Sendable (TemporaryFolder) throws -> Void

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "missing data file", exitCode: 2, says: ["train.csv"]) {
            try FileManager.default.removeItem(at: $0.file("train.csv"))
        },
        Case(name: "wrong column", exitCode: 2, says: ["train.csv", "text", "sentence"]) {
            try $0.write("sentence,label\na,x\nb,y\n", to: "train.csv")
        },
        Case(name: "empty data", exitCode: 2, says: ["train.csv", "empty"]) {
            try $0.write("", to: "train.csv")
        },
        Case(name: "header only", exitCode: 2, says: ["train.csv"]) {
            try $0.write("text,label\n", to: "train.csv")
        },
        Case(name: "one class only", exitCode: 2, says: ["train.csv", "label", "most-a"]) {
            try $0.write("text,label\na,most-a\na a,most-a\n", to: "train.csv")
        },
        Case(name: "label unseen in training", exitCode: 2, says: ["test.csv", "most-z", "2"]) {
            try $0.write("text,label\na,most-a\nb,most-z\n", to: "test.csv")
        },
        Case(name: "row that is not UTF-8", exitCode: 2, says: ["train.csv", "UTF-8", "2"]) {
            try $0.write(
                Data("text,label\na,most-a\n".utf8) + Data([0xFF, 0xFE]) + Data(",most-b\n".utf8),
                to: "train.csv")
        },
        Case(name: "unbalanced quote", exitCode: 2, says: ["train.csv", "quote"]) {
            try $0.write("text,label\n\"a,most-a\nb,most-b\n", to: "train.csv")
        },
        Case(name: "truncated weights", exitCode: 2, says: ["model.safetensors"]) {
            let file = $0.file("backbone/model.safetensors")
            try Data(contentsOf: file).dropLast(100).write(to: file)
        },
        Case(name: "overlapping tensors", exitCode: 2, says: ["model.safetensors", "overlap"]) {
            try writeSafetensors(
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
                dataBytes: 12, in: $0)
        },
        Case(name: "tensor out of range", exitCode: 2, says: ["model.safetensors"]) {
            try writeSafetensors(
                #"{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}"#, dataBytes: 8, in: $0)
        },
        Case(
            name: "config disagrees with the weights", exitCode: 2,
            says: ["word_embeddings", "config.json", "[40, 64]"]
        ) {
            try edit("backbone/config.json", in: $0) {
                $0.replacing("\"hidden_size\": 32", with: "\"hidden_size\": 64")
            }
        },
        Case(name: "more layers than the weights", exitCode: 2, says: ["encoder.layer.2"]) {
            try edit("backbone/config.json", in: $0) {
                $0.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3")
            }
        },
        Case(name: "no tokenizer", exitCode: 2, says: ["vocab.txt", "tokenizer.json"]) {
            try FileManager.default.removeItem(at: $0.file("backbone/vocab.txt"))
        },
        Case(name: "unknown key", exitCode: 2, says: ["job.yaml", "lerning_rate", "learning_rate"]) {
            try edit("job.yaml", in: $0) { $0.replacing("learning_rate", with: "lerning_rate") }
        },
        Case(
            name: "unknown technique", exitCode: 2,
            says: ["technique.kind", "feature-extraction", "fine-tuning"]
        ) {
            try edit("job.yaml", in: $0) { $0.replacing("kind: fine-tuning", with: "kind: finetuning") }
        },
        Case(name: "more frozen layers than there are", exitCode: 2, says: ["frozen_layers", "2"]) {
            try edit("job.yaml", in: $0) { $0.replacing("frozen_layers: 1", with: "frozen_layers: 9") }
        },
    ]

    @Test(arguments: ["validate", "run"], cases)
    func isRefused(command: String, by bad: Case) async throws {
        let job = try TinyJob()
        let file = try job.write()
        try bad.damage(job.folder)
        var arguments = [command, file]
        if command == "run" {
            arguments += [
                "--cache", job.folder.file("cache").path, "--output", job.folder.file("model").path,
            ]
        }
        let result = try await GraftProcess(arguments).wait(timeout: .seconds(60))
        #expect(result.exitCode == bad.exitCode, "\(result.output)\(result.errors)")
        let said = result.output + result.errors
        for word in bad.says { #expect(said.contains(word), "'\(word)' is not in: \(said)") }
        #expect(!FileManager.default.fileExists(atPath: job.folder.file("model").path))
    }

    @Test func goodJobIsValid() async throws {
        let job = try TinyJob()
        let result = try await GraftProcess(["validate", try job.write()]).wait()
        #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
    }

    @Test(arguments: [
        ["jobs"], ["workers"], ["show", "x"], ["cancel", "x"], ["logs", "x"], ["fetch", "x", "y"],
    ])
    func absentCoordinatorIsNamed(arguments: [String]) async throws {
        let result = try await GraftProcess(
            arguments + ["--coordinator", "tcp://127.0.0.1:9", "--timeout", "1"]
        ).wait()
        #expect(result.exitCode == 3, "\(result.errors)")
        #expect(result.errors.contains("tcp://127.0.0.1:9"))
    }

    @Test(arguments: [
        ["frobnicate"], ["run"], ["run", "no-such.yaml"], ["worker", "--processes", "0"],
        ["predict", "no-such-folder", "--text", "a"],
    ])
    func wrongUsageExitsWithTwo(arguments: [String]) async throws {
        let result = try await GraftProcess(arguments).wait()
        #expect(result.exitCode == 2, "\(result.errors)")
        #expect(!result.errors.isEmpty)
    }

    private static func writeSafetensors(_ header: String, dataBytes: Int, in folder: TemporaryFolder) throws
    {
        var file = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        file += Data(header.utf8) + Data(count: dataBytes)
        try folder.write(file, to: "backbone/model.safetensors")
    }

    private static func edit(_ name: String, in folder: TemporaryFolder, _ change: (String) -> String) throws
    {
        let text = try String(contentsOf: folder.file(name), encoding: .utf8)
        let changed = change(text)
        guard changed != text else { throw CocoaError(.fileWriteUnknown) }  // the damage must be real
        try folder.write(changed, to: name)
    }
}
