import Foundation
import TensorKernels

/// A complete segment file, mapped into memory and kept from eviction while this value lives.
final class FeatureSegment {
    let url: URL
    let width: Int
    let entries: [FeatureSegmentFormat.Entry]
    let byteCount: Int
    private let file: MappedFile
    private let lock: FileLock

    /// - Throws: `FeatureCacheError.Code.damagedSegment` where the file is no whole segment.
    init?(url: URL) throws {
        // The lock comes first: without it the file may go away between the look and the mapping.
        guard let lock = FileLock.tryLock(url, .shared), FileManager.default.fileExists(atPath: url.path)
        else {
            return nil
        }
        self.lock = lock
        self.url = url
        file = try MappedFile(path: url.path)
        byteCount = file.count
        do {
            guard byteCount >= FeatureSegmentFormat.trailerSize else {
                throw FeatureSegmentFormat.Damage("it has only \(byteCount) bytes")
            }
            let trailerBytes = try file.bytes((byteCount - FeatureSegmentFormat.trailerSize)..<byteCount)
            let trailer = try FeatureSegmentFormat.decodeTrailer(trailerBytes, fileSize: byteCount)
            let indexEnd = byteCount - FeatureSegmentFormat.trailerSize
            entries = try FeatureSegmentFormat.decodeIndex(
                try file.bytes(trailer.indexOffset..<indexEnd), trailerBytes: trailerBytes, trailer: trailer)
            width = trailer.width
        } catch let damage as FeatureSegmentFormat.Damage {
            throw FeatureCacheError.damaged(url.path, damage.reason)
        }
    }

    /// Whether a matrix's bytes are those that were written. Reads all of them.
    func isIntact(_ entry: FeatureSegmentFormat.Entry) throws -> Bool {
        FeatureSegmentFormat.checksum(try bytes(of: entry)) == entry.checksum
    }

    func bytes(of entry: FeatureSegmentFormat.Entry) throws -> [UInt8] {
        try file.bytes(entry.offset..<entry.offset + entry.rows * width * 4)
    }

    /// Copies a matrix to rows `row…` of a tensor of the same width.
    func copy(offset: Int, rows: Int, into tensor: Tensor, row: Int) throws {
        try file.copyFloats(at: offset, into: tensor.rows(row..<row + rows))
    }
}
