import TrainingJobs

/// What chance gives one view of one image, and what that does to its pixels.
///
/// Everything is drawn, used or not, so that turning one part on leaves the draws of the others.
struct ViewDraw: Equatable {
    /// Where the window lies over the padded image: 0 … 2 · padding, the middle being the image itself.
    var left: Int
    var top: Int
    let padding: Int
    var isMirrored: Bool
    /// Factors around 1.
    var brightness: Double
    var contrast: Double
    var saturation: Double

    init(_ augmentation: ImageAugmentation, seed: UInt64, content: UInt64, view: Int) {
        var generator = SplitMix64(keys: [seed, content, UInt64(bitPattern: Int64(view))])
        padding = max(0, augmentation.crop)
        left = Int(generator.next(below: UInt64(2 * padding) + 1))
        top = Int(generator.next(below: UInt64(2 * padding) + 1))
        let coin = generator.next(below: 2)
        isMirrored = augmentation.flip && coin == 1
        func factor() -> Double {
            let uniform = Double(generator.next() >> 11) * 0x1p-53
            return 1 + Double(augmentation.colour) * (2 * uniform - 1)
        }
        brightness = factor()
        contrast = factor()
        saturation = factor()
    }

    /// - Parameter pixels: height · width · 3 bytes.
    /// - Returns: as many.
    func apply(to pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
        let moved = window(over: pixels, height: height, width: width)
        return saturated(contrasted(brightened(moved)))
    }

    /// The window, mirrored where it is to be; black where it lies beyond the image.
    private func window(over pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
        guard padding > 0 || isMirrored else { return pixels }
        var result = [UInt8](repeating: 0, count: pixels.count)
        for row in 0..<height {
            let sourceRow = row + top - padding
            guard (0..<height).contains(sourceRow) else { continue }
            for column in 0..<width {
                let windowColumn = isMirrored ? width - 1 - column : column
                let sourceColumn = windowColumn + left - padding
                guard (0..<width).contains(sourceColumn) else { continue }
                let (target, source) = ((row * width + column) * 3, (sourceRow * width + sourceColumn) * 3)
                for colour in 0..<3 { result[target + colour] = pixels[source + colour] }
            }
        }
        return result
    }

    private func brightened(_ pixels: [UInt8]) -> [UInt8] {
        guard brightness != 1 else { return pixels }
        return pixels.map { Self.blend(0, $0, brightness) }
    }

    private func contrasted(_ pixels: [UInt8]) -> [UInt8] {
        guard contrast != 1, !pixels.isEmpty else { return pixels }
        let sum = stride(from: 0, to: pixels.count, by: 3).reduce(0) { $0 + Int(Self.grey(pixels, at: $1)) }
        let mean = UInt8((Double(sum) / Double(pixels.count / 3)).rounded())
        return pixels.map { Self.blend(mean, $0, contrast) }
    }

    private func saturated(_ pixels: [UInt8]) -> [UInt8] {
        guard saturation != 1 else { return pixels }
        var result = pixels
        for start in stride(from: 0, to: pixels.count, by: 3) {
            let grey = Self.grey(pixels, at: start)
            for place in start..<(start + 3) { result[place] = Self.blend(grey, pixels[place], saturation) }
        }
        return result
    }

    /// Luma by ITU-R BT.601, in whole numbers of 1/65536.
    private static func grey(_ pixels: [UInt8], at start: Int) -> UInt8 {
        let sum =
            19_595 * Int(pixels[start]) + 38_470 * Int(pixels[start + 1]) + 7_471 * Int(pixels[start + 2])
        return UInt8((sum + 32_768) >> 16)
    }

    /// `from` for a factor of 0, `to` for 1, and beyond for more; fractions are dropped, as Pillow does.
    private static func blend(_ from: UInt8, _ to: UInt8, _ factor: Double) -> UInt8 {
        let value = Double(from) + factor * (Double(to) - Double(from))
        return UInt8(min(255, max(0, value)))
    }
}
