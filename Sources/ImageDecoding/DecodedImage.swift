/// An image's pixels, row by row from the top, three bytes each: red, green, blue.
public struct DecodedImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// width · height · 3 bytes.
    public let pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Decodes a PNG or a JPEG file, whichever its first bytes say. Grey and palette images become colour,
    /// transparency is dropped over black.
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: stands for the file in errors.
    ///   - maximumPixels: larger images are refused before memory is taken for them.
    /// - Throws: `ImageDecodingError`.
    public init(decoding bytes: [UInt8], name: String, maximumPixels: Int = 1 << 26) throws {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = try PNGDecoder.decode(bytes, name: name, maximumPixels: maximumPixels)
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            self = try JPEGDecoder.decode(bytes, name: name, maximumPixels: maximumPixels)
        } else {
            throw ImageDecodingError(.unknownFormat, "is neither a PNG nor a JPEG file", file: name)
        }
    }

    static func checkSize(width: Int, height: Int, maximumPixels: Int, name: String) throws {
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !overflow, pixels <= maximumPixels else {
            throw ImageDecodingError(
                .tooLarge, "has \(width) by \(height) pixels; \(maximumPixels) are allowed", file: name)
        }
    }
}
