import CPNG

/// Decodes PNG through libpng's simplified interface.
enum PNGDecoder {
    static func decode(_ bytes: [UInt8], name: String, maximumPixels: Int) throws -> DecodedImage {
        var image = graft_png_image()
        defer { png_image_free(&image) }
        return try bytes.withUnsafeBytes { source in
            guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
                throw damaged(image, name)
            }
            let (width, height) = (Int(image.width), Int(image.height))
            try DecodedImage.checkSize(
                width: width, height: height, maximumPixels: maximumPixels, name: name)
            image.format = graft_png_format_rgb
            var black = png_color()
            let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
                guard png_image_finish_read(&image, &black, target.baseAddress, 0, nil) != 0 else {
                    throw damaged(image, name)
                }
                count = width * height * 3
            }
            // A warning: something was missing and made up.
            guard image.warning_or_error == 0 else { throw damaged(image, name) }
            return DecodedImage(width: width, height: height, pixels: pixels)
        }
    }

    private static func damaged(_ image: png_image, _ name: String) -> ImageDecodingError {
        let message = withUnsafeBytes(of: image.message) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return ImageDecodingError(.damaged, "is not a whole PNG file: \(message)", file: name)
    }
}
