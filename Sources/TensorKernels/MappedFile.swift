import CTensorKernels
import Foundation

/// A file mapped read-only into memory. Every access is checked against its size.
///
/// The file must not be cut short while it is mapped: replace files by renaming, never in place.
// Sendable: both properties are constants, the mapping is read-only and lives until deinit.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    /// Size in bytes.
    public let count: Int
    private let base: UnsafeRawPointer?

    /// - Throws: `TensorKernelsError` where the file cannot be opened or mapped.
    public init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TensorKernelsError(.unreadableFile, "\(path) is not a regular file", file: path)
        }
        self.path = path
        count = Int(status.st_size)
        guard count > 0 else {
            base = nil
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED
        else {
            throw Self.unreadable(path)
        }
        base = UnsafeRawPointer(address)
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The bytes at `range`, copied.
    /// - Throws: `TensorKernelsError` where the range goes beyond the file.
    public func bytes(_ range: Range<Int>) throws -> [UInt8] {
        try check(range)
        guard let base, !range.isEmpty else { return [] }
        return withExtendedLifetime(self) {
            [UInt8](UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
        }
    }

    /// Fills `tensor` with the numbers that start at `byteOffset`, which need not be aligned.
    /// - Throws: `TensorKernelsError` where they go beyond the file.
    public func copyFloats(
        at byteOffset: Int, as type: StoredFloatType = .float32, into tensor: Tensor
    ) throws {
        let (end, overflow) = byteOffset.addingReportingOverflow(tensor.count * type.byteCount)
        guard !overflow, byteOffset >= 0 else { throw outOfRange(byteOffset, end) }
        try check(byteOffset..<end)
        guard let base, tensor.count > 0 else { return }
        withExtendedLifetime(self) {
            withPointers(tensor) { target in
                let source = base + byteOffset
                switch type {
                case .float32: memcpy(target, source, tensor.count * 4)
                case .float16: graft_float16_to_float32(source, target, tensor.count)
                case .bfloat16: graft_bfloat16_to_float32(source, target, tensor.count)
                }
            }
        }
    }

    private func check(_ range: Range<Int>) throws {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw outOfRange(range.lowerBound, range.upperBound)
        }
    }

    private func outOfRange(_ start: Int, _ end: Int) -> TensorKernelsError {
        TensorKernelsError(
            .outOfRange,
            "\(path) has \(count) bytes; \(start) to \(end) go beyond: the file is cut short or damaged",
            file: path)
    }

    private static func unreadable(_ path: String) -> TensorKernelsError {
        TensorKernelsError(
            .unreadableFile, "cannot read \(path): \(String(cString: strerror(errno)))", file: path)
    }
}
