import CTensorKernels
import Foundation

// Float32 is little-endian in files and messages, as on every processor that Graft runs on.
extension Tensor {
    /// A tensor from numbers as a file stores them.
    /// - Throws: `TensorKernelsError` where the number of bytes does not fit the shape.
    public init(littleEndianBytes bytes: [UInt8], as type: StoredFloatType = .float32, shape: [Int]) throws {
        self.init(uninitialized: shape)
        guard bytes.count == count * type.byteCount else {
            throw TensorKernelsError(
                .wrongByteCount, "\(bytes.count) bytes for \(count) numbers of \(type.byteCount) bytes")
        }
        guard count > 0 else { return }
        withPointers(self) { target in
            bytes.withUnsafeBytes { source in
                guard let address = source.baseAddress else { return }
                switch type {
                case .float32: memcpy(target, address, bytes.count)
                case .float16: graft_float16_to_float32(address, target, count)
                case .bfloat16: graft_bfloat16_to_float32(address, target, count)
                }
            }
        }
    }

    /// The elements as Float32, little-endian.
    public var littleEndianBytes: [UInt8] {
        withPointers(self) { [UInt8](UnsafeRawBufferPointer(start: $0, count: count * 4)) }
    }

    /// Whether two tensors have the same shape and the same bits.
    public func isIdentical(to other: Tensor) -> Bool {
        shape == other.shape && withPointers(self, other) { memcmp($0, $1, count * 4) == 0 }
    }
}
