import Crypto
import Foundation

/// The bytes of a segment file: feature matrices, an index of them, and a trailer that ends the file.
///
/// ```
/// matrices   rows × width fp32, little-endian, one after the other
/// index      per matrix: key 32 · offset 8 · rows 4 · zero 4 · checksum 16 (SHA-256, cut)
/// trailer    magic 8 · width 4 · count 4 · index offset 8 · SHA-256 of index and these fields 32
/// ```
///
/// The trailer comes last so that features stream to disk as they are computed, and so that a file which was
/// cut short has none.
enum FeatureSegmentFormat {
    struct Entry: Sendable {
        var key: FeatureKey
        var offset: Int
        var rows: Int
        var checksum: [UInt8]
    }

    struct Trailer {
        var width: Int
        var count: Int
        var indexOffset: Int
        var digest: [UInt8]
    }

    static let magic = Array("GRFTSEG1".utf8)
    static let entrySize = 64
    static let trailerSize = 56
    static let checksumSize = 16

    static func checksum(_ matrix: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: matrix).prefix(checksumSize))
    }

    static func encodeIndexAndTrailer(_ entries: [Entry], width: Int, indexOffset: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * entrySize + trailerSize)
        for entry in entries {
            bytes += entry.key.bytes
            bytes += LittleEndian.bytes(UInt64(entry.offset))
            bytes += LittleEndian.bytes(UInt32(entry.rows))
            bytes += LittleEndian.bytes(UInt32(0))
            bytes += entry.checksum
        }
        let fields =
            magic + LittleEndian.bytes(UInt32(width)) + LittleEndian.bytes(UInt32(entries.count))
            + LittleEndian.bytes(UInt64(indexOffset))
        let digest = SHA256.hash(data: bytes + fields)
        return bytes + fields + Array(digest)
    }

    /// The trailer's fields, or why the bytes are none.
    static func decodeTrailer(_ bytes: [UInt8], fileSize: Int) throws(Damage) -> Trailer {
        guard bytes.count == trailerSize, bytes.starts(with: magic) else {
            throw Damage("it has no trailer; the file was cut short or is something else")
        }
        let width = Int(LittleEndian.uint32(bytes, at: 8))
        let count = Int(LittleEndian.uint32(bytes, at: 12))
        let indexOffset = LittleEndian.uint64(bytes, at: 16)
        guard indexOffset <= UInt64(fileSize), Int(indexOffset) + count * entrySize + trailerSize == fileSize
        else {
            throw Damage("the size of its index does not agree with the file's \(fileSize) bytes")
        }
        return Trailer(
            width: width, count: count, indexOffset: Int(indexOffset), digest: Array(bytes[24..<trailerSize]))
    }

    static func decodeIndex(_ bytes: [UInt8], trailerBytes: [UInt8], trailer: Trailer) throws(Damage)
        -> [Entry]
    {
        guard Array(SHA256.hash(data: bytes + trailerBytes[0..<24])) == trailer.digest else {
            throw Damage("the checksum of its index does not agree")
        }
        var entries: [Entry] = []
        entries.reserveCapacity(trailer.count)
        for position in 0..<trailer.count {
            let start = position * entrySize
            let offset = LittleEndian.uint64(bytes, at: start + 32)
            let rows = Int(LittleEndian.uint32(bytes, at: start + 40))
            let (size, overflow) = (rows * 4).multipliedReportingOverflow(by: trailer.width)
            guard !overflow, offset <= UInt64(trailer.indexOffset), size <= trailer.indexOffset - Int(offset)
            else {
                throw Damage("matrix \(position) reaches beyond the data")
            }
            entries.append(
                Entry(
                    key: FeatureKey(bytes: Array(bytes[start..<start + 32])), offset: Int(offset), rows: rows,
                    checksum: Array(bytes[start + 48..<start + entrySize])))
        }
        return entries
    }

    /// Why bytes are not a segment.
    struct Damage: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }
}
