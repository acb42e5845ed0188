import ImageDecoding

/// Bilinear resizing with the filter widened where an image shrinks, so that no pixel is passed over: what Pillow
/// does, and torchvision with `antialias`. The columns come first, then the rows, each rounded to 8 bits.
///
/// Weights are whole numbers, so that the result is the same bits on any processor.
enum BilinearResize {
    /// Bits of a weight behind the point. The sum of 255 times all weights stays far within 64 bits.
    private static let precision = 22

    /// The pixels of an output coordinate's window and their weights.
    private struct Window {
        var start: Int
        var weights: [Int]
    }

    static func resize(_ image: DecodedImage, width: Int, height: Int) -> DecodedImage {
        guard width != image.width || height != image.height else { return image }
        let narrow = width == image.width ? image : resizeColumns(image, to: width)
        return height == image.height ? narrow : resizeRows(narrow, to: height)
    }

    private static func windows(from size: Int, to count: Int) -> [Window] {
        let scale = Double(size) / Double(count)
        let reach = max(scale, 1)
        return (0..<count).map { place in
            let centre = (Double(place) + 0.5) * scale
            let start = max(0, Int(centre - reach + 0.5))
            let end = min(size, Int(centre + reach + 0.5))
            let raw = (start..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) / reach)) }
            let sum = raw.reduce(0, +)
            let unit = Double(1 << precision)
            return Window(start: start, weights: raw.map { Int(($0 / sum * unit).rounded()) })
        }
    }

    private static func resizeColumns(_ image: DecodedImage, to width: Int) -> DecodedImage {
        let windows = windows(from: image.width, to: width)
        var pixels = [UInt8](repeating: 0, count: width * image.height * 3)
        for row in 0..<image.height {
            var target = row * width * 3
            for window in windows {
                let source = (row * image.width + window.start) * 3
                for colour in 0..<3 {
                    var sum = 1 << (precision - 1)
                    var place = source + colour
                    for weight in window.weights {
                        sum += weight * Int(image.pixels[place])
                        place += 3
                    }
                    pixels[target + colour] = clamped(sum)
                }
                target += 3
            }
        }
        return DecodedImage(width: width, height: image.height, pixels: pixels)
    }

    private static func resizeRows(_ image: DecodedImage, to height: Int) -> DecodedImage {
        let rowSize = image.width * 3
        var pixels = [UInt8](repeating: 0, count: rowSize * height)
        for (row, window) in windows(from: image.height, to: height).enumerated() {
            for column in 0..<rowSize {
                var sum = 1 << (precision - 1)
                var place = window.start * rowSize + column
                for weight in window.weights {
                    sum += weight * Int(image.pixels[place])
                    place += rowSize
                }
                pixels[row * rowSize + column] = clamped(sum)
            }
        }
        return DecodedImage(width: image.width, height: height, pixels: pixels)
    }

    private static func clamped(_ sum: Int) -> UInt8 { UInt8(min(255, max(0, sum >> precision))) }
}
