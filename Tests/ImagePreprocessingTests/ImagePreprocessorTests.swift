import Foundation
import ImageDecoding
import Testing
import TrainingJobs

@testable import ImagePreprocessing

@Suite struct ImagePreprocessorTests {
    @Test(arguments: 0..<10) func sizesAreThoseOfPillow(index: Int) throws {
        let size = try References.load().sizes[index]
        let preprocessor = ImagePreprocessor(height: size.height, width: size.width, keptPart: size.kept)
        let pixels = try preprocessor.pixels(
            of: References.bytes("size-\(index).png"), name: "size-\(index).png")
        let expected = try References.image("size-\(index)-expected.png")
        #expect(expected.width == size.width && expected.height == size.height)
        #expect(largestDifference(pixels, expected.pixels) <= 1)
    }

    @Test func anImageOfTheInputsSizeStays() throws {
        let image = try References.image("colour.png")
        let preprocessor = ImagePreprocessor(height: image.height, width: image.width)
        #expect(preprocessor.pixels(of: image) == image.pixels)
    }

    @Test(arguments: [(1, 1), (1, 9), (9, 1), (2, 300), (300, 2), (31, 32), (33, 32)])
    func everySizeFits(width: Int, height: Int) {
        let image = DecodedImage(
            width: width, height: height, pixels: [UInt8](repeating: 200, count: width * height * 3))
        for kept in [1, 0.875, 0.3] {
            let pixels = ImagePreprocessor(height: 24, width: 32, keptPart: kept).pixels(of: image)
            #expect(pixels == [UInt8](repeating: 200, count: 24 * 32 * 3))
        }
    }

    @Test func aDamagedFileIsNamed() {
        let error = #expect(throws: ImageDecodingError.self) {
            try ImagePreprocessor(height: 4, width: 4).pixels(of: [1, 2, 3], name: "sample 7")
        }
        #expect(error?.file == "sample 7")
    }

    @Test func fingerprintsTellWhatDecidesPixels() {
        let preprocessor = ImagePreprocessor(height: 4, width: 6)
        var augmentation = ImageAugmentation(crop: 1, flip: true, colour: 0.2)
        var seen: Set<String> = [
            preprocessor.fingerprint, ImagePreprocessor(height: 6, width: 4).fingerprint,
            ImagePreprocessor(height: 4, width: 6, keptPart: 0.875).fingerprint,
            preprocessor.fingerprint(ofView: 0, augmentation, seed: 1),
            preprocessor.fingerprint(ofView: 1, augmentation, seed: 1),
            preprocessor.fingerprint(ofView: 0, augmentation, seed: 2),
        ]
        for change in [
            ImageAugmentation(crop: 2, flip: true, colour: 0.2),
            ImageAugmentation(crop: 1, flip: false, colour: 0.2),
            ImageAugmentation(crop: 1, flip: true, colour: 0.3),
        ] { seen.insert(preprocessor.fingerprint(ofView: 0, change, seed: 1)) }
        #expect(seen.count == 9)
        // How many views there are does not change any of them.
        augmentation.views = 9
        #expect(seen.contains(preprocessor.fingerprint(ofView: 1, augmentation, seed: 1)))
    }
}
