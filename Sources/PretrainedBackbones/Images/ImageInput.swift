import TensorKernels

/// What an image network expects of its input.
public struct ImageInput: Sendable, Equatable {
    public var height: Int
    public var width: Int
    /// Mean and deviation of each of the three colours, of values in 0 ... 1.
    public var mean: [Float]
    public var standardDeviation: [Float]

    public init(height: Int, width: Int, mean: [Float], standardDeviation: [Float]) {
        self.height = height
        self.width = width
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Normalised images [images, height, width, 3] from their bytes: (value / 255 − mean) / deviation.
    /// - Parameter images: for each image height · width · 3 bytes: rows of pixels of red, green and blue.
    /// - Throws: `PretrainedBackboneError` where an image has another number of bytes.
    public func tensor(_ images: [[UInt8]], height: Int, width: Int) throws -> Tensor {
        let table = (0..<3).map { colour in
            (0..<256).map { (Float($0) / 255 - mean[colour]) / standardDeviation[colour] }
        }
        var scalars: [Float] = []
        scalars.reserveCapacity(images.count * height * width * 3)
        for (index, image) in images.enumerated() {
            guard image.count == height * width * 3 else {
                throw PretrainedBackboneError(
                    .unsupported,
                    "has \(image.count) bytes, where \(width) by \(height) pixels of three colours are wanted",
                    file: "image \(index)")
            }
            for (place, byte) in image.enumerated() { scalars.append(table[place % 3][Int(byte)]) }
        }
        return Tensor(scalars, shape: [images.count, height, width, 3])
    }
}
