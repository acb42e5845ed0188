import Foundation

/// Writes one segment: under a temporary name until it is complete, so that a reader never meets half of one.
final class FeatureSegmentWriter {
    static let temporaryExtension = "partial"

    private let temporaryURL: URL
    private let destinationURL: URL
    private let width: Int
    private let descriptor: Int32
    private let lock: FileLock?
    private var buffer: [UInt8] = []
    private(set) var entries: [FeatureSegmentFormat.Entry] = []
    private var writtenBytes = 0
    private var isPublished = false

    /// Bytes of the matrices so far.
    var dataBytes: Int { writtenBytes + buffer.count }

    init(destination: URL, width: Int) throws {
        destinationURL = destination
        temporaryURL = destination.appendingPathExtension(Self.temporaryExtension)
        self.width = width
        descriptor = open(temporaryURL.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            lock = nil
            throw Self.failure(errno, writing: 1, to: temporaryURL)
        }
        // A lock says that the writer lives: leftovers of a crash are those without one.
        lock = FileLock.tryLock(temporaryURL, .shared)
    }

    deinit {
        close(descriptor)
        if !isPublished { unlink(temporaryURL.path) }
    }

    /// - Parameter matrix: rows × width Float32, little-endian.
    func append(_ key: FeatureKey, matrix: [UInt8], rows: Int) throws {
        entries.append(
            FeatureSegmentFormat.Entry(
                key: key, offset: dataBytes, rows: rows, checksum: FeatureSegmentFormat.checksum(matrix)))
        buffer += matrix
        if buffer.count >= 1 << 20 { try flushBuffer() }
    }

    /// Completes the file and gives it its name. The writer's lock keeps it from eviction until the writer
    /// goes away, by which time the reader has its own.
    func publish() throws -> URL {
        let index = FeatureSegmentFormat.encodeIndexAndTrailer(entries, width: width, indexOffset: dataBytes)
        buffer += index
        try flushBuffer()
        guard fsync(descriptor) == 0, rename(temporaryURL.path, destinationURL.path) == 0 else {
            throw Self.failure(errno, writing: index.count, to: destinationURL)
        }
        isPublished = true
        return destinationURL
    }

    /// A matrix that was appended, for whoever cannot publish; `nil` where it cannot be read back as it was.
    func matrix(of entry: FeatureSegmentFormat.Entry) -> [UInt8]? {
        let count = entry.rows * width * 4
        var bytes: [UInt8]
        // A buffer is written as a whole, and holds whole matrices.
        if entry.offset >= writtenBytes {
            let start = entry.offset - writtenBytes
            guard start + count <= buffer.count else { return nil }
            bytes = Array(buffer[start..<start + count])
        } else {
            bytes = [UInt8](repeating: 0, count: count)
            guard pread(descriptor, &bytes, count, off_t(entry.offset)) == count else { return nil }
        }
        return FeatureSegmentFormat.checksum(bytes) == entry.checksum ? bytes : nil
    }

    private func flushBuffer() throws {
        var remaining = buffer[...]
        while !remaining.isEmpty {
            let chunk = Array(remaining)
            let count = write(descriptor, chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(errno, writing: chunk.count, to: temporaryURL)
            }
            remaining = remaining.dropFirst(count)
        }
        writtenBytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ number: Int32, writing bytes: Int, to url: URL) -> FeatureCacheError {
        if number == ENOSPC || number == EDQUOT {
            return .diskFull(directory: url.deletingLastPathComponent().path, bytes: bytes)
        }
        return FeatureCacheError(
            .fileSystem, "cannot write feature segment \(url.path): \(String(cString: strerror(number)))",
            path: url.path)
    }
}
