import Foundation
import Testing

@testable import ImageDecoding

/// Files from make_images.py and make_jpeg.c.
@Suite struct DecodedImageTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        let url = Bundle.module.bundleURL.appending(path: "Resources/\(name)")
        return Array(try Data(contentsOf: url))
    }

    /// As `colour` in make_images.py.
    private let colours = (0..<15).flatMap { (index: Int) -> [UInt8] in
        let (x, y) = (index % 5, index / 5)
        return [UInt8(x * 50), UInt8(y * 100), UInt8(255 - x * 20 - y * 30)]
    }

    @Test(arguments: ["rgb.png", "palette.png", "alpha.png"]) func decodesPNG(_ name: String) throws {
        let image = try DecodedImage(decoding: bytes(name), name: name)
        #expect(image == DecodedImage(width: 5, height: 3, pixels: colours))
    }

    @Test func decodesGrey() throws {
        let image = try DecodedImage(decoding: bytes("grey.png"), name: "grey.png")
        let expected = (0..<15).flatMap { (index: Int) -> [UInt8] in
            Array(repeating: UInt8(index % 5 * 50 + index / 5), count: 3)
        }
        #expect(image.pixels == expected)
    }

    @Test func decodesJPEG() throws {
        let image = try DecodedImage(decoding: bytes("gradient.jpg"), name: "gradient.jpg")
        try #require(image.width == 24 && image.height == 16 && image.pixels.count == 24 * 16 * 3)
        for index in 0..<24 * 16 {
            let (x, y) = (index % 24, index / 24)
            for (colour, expected) in [x * 10, y * 15, 200 - x * 4 - y * 3].enumerated() {
                #expect(abs(Int(image.pixels[3 * index + colour]) - expected) <= 6)
            }
        }
    }

    @Test(arguments: ["rgb.png", "gradient.jpg"]) func refusesCutFiles(_ name: String) throws {
        let whole = try bytes(name)
        for length in stride(from: 4, to: whole.count - 12, by: 7) {
            let error = #expect(throws: ImageDecodingError.self) {
                try DecodedImage(decoding: Array(whole.prefix(length)), name: "cut")
            }
            #expect(error?.code == .damaged && error?.file == "cut")
        }
    }

    @Test(arguments: ["rgb.png", "gradient.jpg"]) func refusesTooManyPixels(_ name: String) throws {
        let error = #expect(throws: ImageDecodingError.self) {
            try DecodedImage(decoding: bytes(name), name: name, maximumPixels: 14)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test(arguments: [[], [1, 2, 3], Array("GIF89a".utf8)]) func refusesOtherFormats(_ bytes: [UInt8]) {
        let error = #expect(throws: ImageDecodingError.self) { try DecodedImage(decoding: bytes, name: "x") }
        #expect(error?.code == .unknownFormat)
    }

    @Test(arguments: ["rgb.png", "gradient.jpg"]) func survivesAnyChangedByte(_ name: String) throws {
        let whole = try bytes(name)
        for place in 4..<whole.count {
            var changed = whole
            changed[place] ^= 0x55
            // Some changes make another valid image; none may do more harm.
            let image = try? DecodedImage(decoding: changed, name: name, maximumPixels: 1 << 16)
            if let image { #expect(image.pixels.count == image.width * image.height * 3) }
        }
    }
}
