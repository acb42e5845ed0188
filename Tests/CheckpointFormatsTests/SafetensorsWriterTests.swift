import CheckpointFormats
import Foundation
import TensorKernels
import Testing
import TestingSupport

@Suite struct SafetensorsWriterTests {
    private var tensors: [(name: String, tensor: Tensor)] {
        [
            (name: "z.weight", tensor: Tensor((0..<6).map(Float.init), shape: [2, 3])),
            (name: "a \"quoted\"\n", tensor: Tensor([.infinity, -0.0, .leastNonzeroMagnitude], shape: [3])),
            (name: "empty", tensor: Tensor([], shape: [0, 4])),
        ]
    }

    @Test func roundTrip() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("model.safetensors")
            try SafetensorsWriter.write(tensors, metadata: ["b": "2", "a": "1"], to: file)
            let read = try SafetensorsFile(path: file.path)
            #expect(Set(read.names) == Set(tensors.map(\.name)))
            #expect(read.metadata == ["a": "1", "b": "2"])
            for (name, tensor) in tensors { #expect(try read.tensor(named: name).isIdentical(to: tensor)) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
            let encoded = try SafetensorsWriter.encode(tensors, metadata: ["a": "1", "b": "2"])
            #expect(try Array(Data(contentsOf: file)) == encoded)
        }
    }

    @Test func replacesAFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("model.safetensors")
            try Data("old".utf8).write(to: file)
            try SafetensorsWriter.write(tensors, to: file)
            #expect(try SafetensorsFile(path: file.path).names.count == 3)
        }
    }

    @Test func refusesTwoTensorsOfOneName() throws {
        let twice = [tensors[0], tensors[0]]
        let error = try #require(throws: CheckpointError.self) { try SafetensorsWriter.encode(twice) }
        #expect(error.code == .unwritable && error.tensor == "z.weight")
    }

    @Test func leavesNothingBehindWhereItCannotWrite() throws {
        let file = URL(filePath: "/nowhere/model.safetensors")
        let error = try #require(throws: CheckpointError.self) {
            try SafetensorsWriter.write(tensors, to: file)
        }
        #expect(error.file == "/nowhere/model.safetensors")
    }
}
