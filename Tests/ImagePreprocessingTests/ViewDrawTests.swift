import ImageDecoding
import Testing
import TrainingJobs

@testable import ImagePreprocessing

@Suite struct ViewDrawTests {
    let all = ImageAugmentation(crop: 4, flip: true, colour: 0.4)

    func draw(
        _ augmentation: ImageAugmentation, seed: UInt64 = 1, content: UInt64 = 2, view: Int = 3
    ) -> ViewDraw {
        ViewDraw(augmentation, seed: seed, content: content, view: view)
    }

    @Test(arguments: 0..<7) func coloursAreThoseOfPillow(index: Int) throws {
        let factors = try References.load().colours[index]
        let image = try References.image("colour.png")
        var draw = draw(ImageAugmentation())
        draw.brightness = factors.brightness
        draw.contrast = factors.contrast
        draw.saturation = factors.saturation
        let expected = try References.image("colour-\(index)-expected.png")
        let pixels = draw.apply(to: image.pixels, height: image.height, width: image.width)
        #expect(largestDifference(pixels, expected.pixels) <= 2)
    }

    @Test func aViewIsAlwaysTheSameBits() throws {
        let file = try References.bytes("size-1.png")
        let preprocessor = ImagePreprocessor(height: 32, width: 32)
        func view(_ number: Int, _ seed: UInt64) throws -> [UInt8] {
            try preprocessor.pixels(of: file, name: "x", view: number, all, seed: seed)
        }
        let first = try view(0, 5)
        #expect(first.count == 32 * 32 * 3)
        #expect(try view(0, 5) == first)
        #expect(try view(1, 5) != first)
        #expect(try view(0, 6) != first)
        let other = try preprocessor.pixels(
            of: References.bytes("size-0.png"), name: "x", view: 0, all, seed: 5)
        #expect(other != first)
    }

    /// Committed draws: changing how they are made changes every model.
    @Test func drawsAreThoseOfBefore() {
        let found = draw(all)
        #expect(found.left == 7 && found.top == 0 && !found.isMirrored)
        #expect(abs(found.brightness - 1.38948281) < 1e-6)
    }

    @Test func drawsAreEvenAndWithinBounds() {
        let draws = (0..<2_000).map { draw(all, content: UInt64($0), view: $0 % 3) }
        #expect(draws.allSatisfy { (0...8).contains($0.left) && (0...8).contains($0.top) })
        for place in 0...8 { #expect((160...290).contains(draws.count { $0.left == place })) }
        #expect((900...1_100).contains(draws.count { $0.isMirrored }))
        for factor in [\ViewDraw.brightness, \.contrast, \.saturation] {
            let values = draws.map { $0[keyPath: factor] }
            #expect(values.allSatisfy { $0 >= 0.6 && $0 <= 1.4 })
            #expect(abs(values.reduce(0, +) / 2_000 - 1) < 0.02)
        }
    }

    @Test func partsAreDrawnIndependently() {
        let cropped = draw(ImageAugmentation(crop: 4))
        #expect(!cropped.isMirrored && cropped.brightness == 1 && cropped.saturation == 1)
        #expect(cropped.left == draw(all).left && cropped.top == draw(all).top)
        let coloured = draw(ImageAugmentation(crop: 4, colour: 0.4))
        #expect(coloured.contrast == draw(all).contrast)
    }

    @Test func nothingIsDoneWhereNothingIsAsked() throws {
        let image = try References.image("colour.png")
        let none = draw(ImageAugmentation())
        #expect(none.apply(to: image.pixels, height: image.height, width: image.width) == image.pixels)
    }

    @Test func windowsMoveAndMirror() {
        // Two rows of three pixels, numbered.
        let pixels = (1...6).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
        func numbers(left: Int, top: Int, mirrored: Bool) -> [UInt8] {
            var draw = draw(ImageAugmentation(crop: 1))
            draw.left = left
            draw.top = top
            draw.isMirrored = mirrored
            let moved = draw.apply(to: pixels, height: 2, width: 3)
            return stride(from: 0, to: moved.count, by: 3).map { moved[$0] }
        }
        #expect(numbers(left: 1, top: 1, mirrored: false) == [1, 2, 3, 4, 5, 6])
        #expect(numbers(left: 1, top: 1, mirrored: true) == [3, 2, 1, 6, 5, 4])
        #expect(numbers(left: 0, top: 1, mirrored: false) == [0, 1, 2, 0, 4, 5])
        #expect(numbers(left: 2, top: 2, mirrored: false) == [5, 6, 0, 0, 0, 0])
        #expect(numbers(left: 2, top: 0, mirrored: true) == [0, 0, 0, 0, 3, 2])
    }
}
