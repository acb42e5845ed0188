import CJPEG

/// Decodes JPEG through libjpeg-turbo, with its defaults as in most programs: the accurate integer transform
/// and smooth chroma.
enum JPEGDecoder {
    static func decode(_ bytes: [UInt8], name: String, maximumPixels: Int) throws -> DecodedImage {
        var (width, height): (UInt32, UInt32) = (0, 0)
        try run(bytes, name: name, pixels: nil, byteCount: 0, &width, &height)
        let size = (width: Int(width), height: Int(height))
        try DecodedImage.checkSize(
            width: size.width, height: size.height, maximumPixels: maximumPixels, name: name)
        let byteCount = size.width * size.height * 3
        let pixels = try [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            try run(bytes, name: name, pixels: target.baseAddress, byteCount: byteCount, &width, &height)
            count = byteCount
        }
        return DecodedImage(width: size.width, height: size.height, pixels: pixels)
    }

    private static func run(
        _ bytes: [UInt8], name: String, pixels: UnsafeMutablePointer<UInt8>?, byteCount: Int,
        _ width: inout UInt32, _ height: inout UInt32
    ) throws {
        var message = [CChar](repeating: 0, count: Int(JMSG_LENGTH_MAX))
        let status = bytes.withUnsafeBufferPointer {
            graft_jpeg_decode($0.baseAddress, $0.count, pixels, byteCount, &width, &height, &message)
        }
        guard status == 0 else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard !text.hasPrefix("Unsupported color conversion") else {
                throw ImageDecodingError(
                    .unknownFormat, "is a JPEG of inks (CMYK), which is not supported; save it as RGB",
                    file: name)
            }
            throw ImageDecodingError(.damaged, "is not a whole JPEG file: \(text)", file: name)
        }
    }
}
