import ImageDecoding
import TrainingJobs

/// From an image file to the 8-bit pixels that a backbone takes: decoded to RGB, resized so that it just covers the
/// backbone's input, and cut to it around the centre. Normalising to floats is the backbone's part.
public struct ImagePreprocessor: Sendable, Equatable {
    /// Pixels of the backbone's input.
    public let height: Int
    public let width: Int
    /// Part of the resized image's height and width that the cut keeps, above 0 and at most 1: 0.875 for many
    /// networks trained on ImageNet, 1 where nothing is lost.
    public let keptPart: Double

    /// - Parameters:
    ///   - height: 1 or more, as `width`.
    ///   - keptPart: above 0, at most 1.
    public init(height: Int, width: Int, keptPart: Double = 1) {
        self.height = max(1, height)
        self.width = max(1, width)
        self.keptPart = keptPart > 0 && keptPart <= 1 ? keptPart : 1
    }

    /// Names everything here that decides a pixel, for the keys of caches.
    public var fingerprint: String { "image 1, \(width)x\(height), kept \(keptPart), bilinear" }

    /// As `fingerprint`, for one of a training image's views: those of another seed or augmentation are others.
    public func fingerprint(ofView view: Int, _ augmentation: ImageAugmentation, seed: UInt64) -> String {
        "\(fingerprint), crop \(augmentation.crop), flip \(augmentation.flip), colour \(augmentation.colour), "
            + "seed \(seed), view \(view)"
    }

    /// - Parameters:
    ///   - file: a whole PNG or JPEG file.
    ///   - name: stands for it in errors.
    /// - Returns: height · width · 3 bytes: rows from the top, each pixel red, green, blue.
    /// - Throws: `ImageDecodingError` where the file is damaged, no image, or so long and thin that it would be resized
    ///   beyond `maximumPixels`.
    public func pixels(of file: [UInt8], name: String) throws -> [UInt8] {
        let image = try DecodedImage(decoding: file, name: name)
        let size = coveringSize(of: image)
        let (count, overflow) = size.width.multipliedReportingOverflow(by: size.height)
        guard !overflow, count <= Self.maximumPixels else {
            throw ImageDecodingError(
                .tooLarge,
                "of \(image.width) by \(image.height) pixels would have \(size.width) by \(size.height) to cover the "
                    + "model's \(width) by \(height); cut it to a shape nearer to that", file: name)
        }
        return pixels(of: image)
    }

    /// Pixels that a resized image may have.
    static let maximumPixels = 1 << 26

    /// As `pixels(of:name:)`, varied. The same file, seed and view are the same bits, whatever else is computed.
    ///
    /// - Parameter view: 0 or more.
    public func pixels(
        of file: [UInt8], name: String, view: Int, _ augmentation: ImageAugmentation, seed: UInt64
    ) throws -> [UInt8] {
        let draw = ViewDraw(augmentation, seed: seed, content: StableHash.of(file), view: view)
        return draw.apply(to: try pixels(of: file, name: name), height: height, width: width)
    }

    /// As `pixels(of:name:)`, of an image that is decoded already.
    public func pixels(of image: DecodedImage) -> [UInt8] {
        let size = coveringSize(of: image)
        let resized = BilinearResize.resize(image, width: size.width, height: size.height)
        return centre(of: resized)
    }

    /// The size with the image's proportions whose kept part just covers the input. Sides are rounded down where
    /// they are not the one that fits, as torchvision does.
    private func coveringSize(of image: DecodedImage) -> (width: Int, height: Int) {
        let target = (width: Int(Double(width) / keptPart), height: Int(Double(height) / keptPart))
        // width / image.width against height / image.height, without division.
        if target.width * image.height >= target.height * image.width {
            let other = image.height * target.width / image.width
            return (target.width, max(target.height, other))
        }
        let other = image.width * target.height / image.height
        return (max(target.width, other), target.height)
    }

    private func centre(of image: DecodedImage) -> [UInt8] {
        guard image.width != width || image.height != height else { return image.pixels }
        // Halves go to the even side, as Python's round does.
        let left = Int((Double(image.width - width) / 2).rounded(.toNearestOrEven))
        let top = Int((Double(image.height - height) / 2).rounded(.toNearestOrEven))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(height * width * 3)
        for row in top..<(top + height) {
            let start = (row * image.width + left) * 3
            pixels.append(contentsOf: image.pixels[start..<(start + width * 3)])
        }
        return pixels
    }
}
