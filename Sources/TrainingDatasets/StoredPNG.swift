/// Writes raw pixels as a PNG file without compression: the same pixels are the same bytes whatever library is
/// at hand, so that a sample's hash says its content.
enum StoredPNG {
    /// Bytes of a stored block of deflate at the most (RFC 1951).
    private static let blockSize = 65_535

    /// - Parameters:
    ///   - pixels: rows from the top, `channels` bytes a pixel.
    ///   - channels: 1, grey, or 3, red, green and blue.
    static func encode(width: Int, height: Int, channels: Int, pixels: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let colourType: UInt8 = channels == 1 ? 0 : 2
        appendChunk(
            "IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, colourType, 0, 0, 0],
            to: &file)
        var scanlines: [UInt8] = []
        let rowSize = width * channels
        scanlines.reserveCapacity(height * (rowSize + 1))
        for row in 0..<height {
            scanlines.append(0)  // no filter
            scanlines.append(contentsOf: pixels[(row * rowSize)..<((row + 1) * rowSize)])
        }
        appendChunk("IDAT", stored(scanlines), to: &file)
        appendChunk("IEND", [], to: &file)
        return file
    }

    /// A zlib stream (RFC 1950) of stored blocks.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + blockSize, bytes.count)
            let length = UInt16(end - start)
            stream.append(end == bytes.count ? 1 : 0)
            stream += [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)]
            stream += [UInt8(truncatingIfNeeded: ~length), UInt8(~length >> 8)]
            stream.append(contentsOf: bytes[start..<end])
            start = end
        } while start < bytes.count
        return stream + bigEndian(adler32(bytes))
    }

    private static func appendChunk(_ type: String, _ content: [UInt8], to file: inout [UInt8]) {
        file += bigEndian(UInt32(content.count))
        let checked = Array(type.utf8) + content
        file += checked
        file += bigEndian(crc32(checked))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (first, second): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            first = (first + UInt32(byte)) % 65_521
            second = (second + first) % 65_521
        }
        return second << 16 | first
    }

    private static let crcTable: [UInt32] = (0..<256).map { (index: UInt32) in
        (0..<8).reduce(index) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }
}
