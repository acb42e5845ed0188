import CheckpointFormats
import Foundation
import TensorKernels
import Testing
import TestingSupport

@Suite struct CheckpointFolderTests {
    @Test func readsSeveralFiles() throws {
        try withShards { folder in
            let checkpoint = try CheckpointFolder(folder)
            #expect(checkpoint.files.count == 2)
            #expect(try checkpoint.tensor(named: "a").scalars == [1])
            #expect(try checkpoint.tensor(named: "c").scalars == [3])
            #expect(checkpoint.description(named: "d") == nil)
        }
    }

    @Test(arguments: [
        (#"{"a":"1.safetensors","b":"1.safetensors"}"#, "not in the index"),
        (#"{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}"#, "is not in 2.safetensors"),
        (#"{"a":"../1.safetensors"}"#, "of this folder"),
        (#"{"a":"3.safetensors"}"#, "cannot be opened"),
        (#"{"a":7}"#, "not assigned"),
        ("{}", "weight_map"),
        ("[", "JSON"),
    ])
    func indexThatDisagreesIsRefused(weightMap: String, reason: String) throws {
        try withShards { folder in
            let index = folder.appendingPathComponent("model.safetensors.index.json")
            try Data("{\"weight_map\":\(weightMap)}".utf8).write(to: index)
            let error = try #require(throws: CheckpointError.self) { try CheckpointFolder(folder) }
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    @Test func folderWithoutWeightsIsRefused() throws {
        try withTemporaryFolder { folder in
            let error = try #require(throws: CheckpointError.self) { try CheckpointFolder(folder) }
            #expect(error.code == .unreadable && error.file == folder.path)
        }
    }

    /// Tensors a, b and x in 1.safetensors, c in 2.safetensors.
    private func withShards(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            func write(_ names: [(String, Float)], to file: String) throws {
                let tensors = names.map { (name: $0.0, tensor: Tensor([$0.1], shape: [1])) }
                try SafetensorsWriter.write(tensors, to: folder.appendingPathComponent(file))
            }
            try write([("a", 1), ("b", 2), ("x", 0)], to: "1.safetensors")
            try write([("c", 3)], to: "2.safetensors")
            let map = #"{"a":"1.safetensors","b":"1.safetensors","x":"1.safetensors","c":"2.safetensors"}"#
            try Data("{\"weight_map\":\(map)}".utf8)
                .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
            try body(folder)
        }
    }
}
