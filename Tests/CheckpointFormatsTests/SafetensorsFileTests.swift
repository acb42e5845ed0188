import CheckpointFormats
import Foundation
import TensorKernels
import Testing

@Suite struct SafetensorsFileTests {
    @Test func readsWhatTheReferenceWrote() throws {
        let file = try SafetensorsFile(path: Resources.url("types.safetensors").path)
        #expect(file.metadata == ["format": "pt", "remark": "quotes \" and \\ and ü"])
        #expect(file.description(named: "float16")?.type == .float16)
        #expect(file.description(named: "float16")?.shape == [4, 8])
        for type in ["float16", "bfloat16"] {
            let got = try file.tensor(named: type)
            #expect(got.isIdentical(to: try file.tensor(named: "\(type).expected")), "\(type)")
        }
        #expect(try file.tensor(named: "float32").scalars[0..<4] == [0, -0.0, 1, -1.5])
        #expect(try file.tensor(named: "scalar").shape == [])
        #expect(try file.tensor(named: "scalar").scalar == 2.5)
        #expect(try file.tensor(named: "empty").shape == [0, 3])
    }

    @Test func bytesInMemoryReadAlike() throws {
        let url = Resources.url("types.safetensors")
        let mapped = try SafetensorsFile(path: url.path)
        let inMemory = try SafetensorsFile(bytes: Array(Data(contentsOf: url)), name: "memory")
        #expect(mapped.tensors == inMemory.tensors)
        for name in mapped.names where name != "int64" {
            #expect(try mapped.tensor(named: name).isIdentical(to: inMemory.tensor(named: name)))
        }
    }

    @Test func namesWhatCannotBeRead() throws {
        let file = try SafetensorsFile(path: Resources.url("types.safetensors").path)
        let missing = try #require(throws: CheckpointError.self) { try file.tensor(named: "float99") }
        #expect(missing.code == .missingTensor && missing.tensor == "float99")
        let integers = try #require(throws: CheckpointError.self) { try file.tensor(named: "int64") }
        #expect(integers.code == .unsupportedType && integers.description.contains("I64"))
        let nowhere = try #require(throws: CheckpointError.self) { try SafetensorsFile(path: "/nowhere/x") }
        #expect(nowhere.code == .unreadable && nowhere.file == "/nowhere/x")
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try Array(Data(contentsOf: Resources.url("types.safetensors")))
        for length in 0..<bytes.count {
            #expect(throws: CheckpointError.self, "\(length)") {
                try SafetensorsFile(bytes: Array(bytes[..<length]), name: "cut")
            }
        }
        #expect(throws: CheckpointError.self) { try SafetensorsFile(bytes: bytes + [0], name: "longer") }
    }

    /// Any single bit of the header turned: read or refused, but never a crash or a tensor out of bounds.
    @Test func damagedHeadersNeverReachBeyondTheFile() throws {
        let bytes = try Array(Data(contentsOf: Resources.url("types.safetensors")))
        let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        for position in 0..<headerEnd {
            for bit in [0, 1, 4, 6, 7] {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                guard let file = try? SafetensorsFile(bytes: damaged, name: "damaged") else { continue }
                for tensor in file.tensors {
                    #expect(tensor.bytes.lowerBound >= 8 && tensor.bytes.upperBound <= damaged.count)
                    _ = try? file.tensor(named: tensor.name)
                }
            }
        }
    }
}
