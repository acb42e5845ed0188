/// The shape of a LeNet for digits: that of LeCun et al. (1998) as work on domain adaptation has it since Long et
/// al. (2018, arXiv:1705.10667), with 20 and 50 filters, maximum pooling, rectifiers and dropout.
public struct LeNetConfiguration: Sendable, Equatable {
    /// 1: colours are weighed into a grey value first; 3.
    public let channels: Int
    /// Drop probability in training, of the second convolution's channels and of the features.
    public let dropout: Float
    public let input: ImageInput

    static let knownName = "lenet"

    /// Numbers of filters.
    static let filters = (20, 50)
    /// Columns of the features.
    static let featureCount = 500

    /// - Parameter source: `config.json` of `architecture` "lenet".
    /// - Throws: `PretrainedBackboneError` that names the key.
    init(_ source: ConfigurationFile) throws {
        (input, channels) = try source.greyOrColourInput()
        guard min(input.height, input.width) >= Self.smallestSide else {
            throw source.unsupported(
                "\"input_size\" is \(input.height) by \(input.width); two convolutions and poolings leave nothing "
                    + "of an image with less than \(Self.smallestSide) pixels a side")
        }
        dropout = try source.number("dropout", 0...0.99, otherwise: 0.5)
    }

    private static let smallestSide = 16
}
