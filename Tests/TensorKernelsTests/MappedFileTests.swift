import Foundation
import Testing

@testable import TensorKernels

@Suite struct MappedFileTests {
    private func withFile(_ bytes: [UInt8], _ body: (MappedFile) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "graft-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(MappedFile(path: path))
    }

    @Test func readsBytesAndUnalignedFloats() throws {
        let numbers = Tensor([1.5, -2, .leastNonzeroMagnitude, .infinity], shape: [4])
        try withFile([7] + numbers.littleEndianBytes) { file in
            #expect(file.count == 17)
            #expect(try file.bytes(0..<1) == [7])
            #expect(try file.bytes(17..<17) == [])
            let copy = Tensor.zeros([2, 2])
            try file.copyFloats(at: 1, into: copy)
            #expect(copy.reshaped([4]).isIdentical(to: numbers))
        }
    }

    @Test func refusesWhatIsBeyondTheFile() throws {
        try withFile([1, 2, 3, 4]) { file in
            #expect(throws: TensorKernelsError.self) { try file.bytes(2..<5) }
            #expect(throws: TensorKernelsError.self) { try file.copyFloats(at: 1, into: .zeros([1])) }
            #expect(throws: TensorKernelsError.self) { try file.copyFloats(at: -4, into: .zeros([1])) }
            #expect(throws: TensorKernelsError.self) { try file.copyFloats(at: .max - 1, into: .zeros([1])) }
        }
    }

    @Test func emptyMissingAndOddFiles() throws {
        try withFile([]) { file in
            #expect(file.count == 0)
            try file.copyFloats(at: 0, into: .zeros([0]))
            #expect(throws: TensorKernelsError.self) { try file.bytes(0..<1) }
        }
        #expect(throws: TensorKernelsError.self) { try MappedFile(path: "/nonexistent/file") }
        #expect(throws: TensorKernelsError.self) { try MappedFile(path: "/tmp") }
    }

    /// Every bit pattern of binary16, by its definition.
    @Test func convertsEveryHalfPrecisionNumber() throws {
        let patterns = (0...UInt16.max).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        let tensor = try Tensor(littleEndianBytes: patterns, as: .float16, shape: [65536])
        let values = tensor.scalars
        for pattern in 0..<65536 {
            let sign: Float = pattern & 0x8000 == 0 ? 1 : -1
            let exponent = pattern >> 10 & 31
            let fraction = Float(pattern & 1023)
            let value = values[pattern]
            switch exponent {
            case 0: #expect(value == sign * fraction * 0x1p-24)
            case 31: #expect(fraction == 0 ? value == sign * .infinity : value.isNaN)
            default:
                #expect(
                    value == sign
                        * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024))
            }
        }
    }

    @Test func convertsBfloat16() throws {
        let bytes: [UInt8] = [0x80, 0x3f, 0x20, 0xc0, 0x80, 0x7f]
        let tensor = try Tensor(littleEndianBytes: bytes, as: .bfloat16, shape: [3])
        #expect(tensor.scalars == [1, -2.5, .infinity])
        #expect(throws: TensorKernelsError.self) {
            try Tensor(littleEndianBytes: bytes, as: .float32, shape: [3])
        }
    }
}
