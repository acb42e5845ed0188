import TensorKernels

/// The shape of a multilayer perceptron for tables.
public struct MLPConfiguration: Sendable, Equatable {
    public var columns: [TableColumn]
    /// Outputs of each layer; with none, the features are the standardised columns.
    public var hiddenSizes: [Int]
    /// After each layer.
    public var activation: Activation
    /// Drop probability in training, after each activation.
    public var dropout: Float

    /// - Parameter source: `config.json` of `model_type` "mlp".
    /// - Parameter columns: used instead of the file's, which then may have none; if it names some, they must be
    ///   the same.
    /// - Throws: `PretrainedBackboneError` that names the key.
    init(_ source: ConfigurationFile, columns: [TableColumn]? = nil) throws {
        try source.requireModelType("mlp")
        let sizes = (source.root["hidden_sizes"]?.array ?? []).compactMap(\.integer)
        guard let given = source.root["hidden_sizes"]?.array, given.count == sizes.count,
            sizes.count <= 1_000, sizes.allSatisfy((1...65_536).contains)
        else { throw source.malformed("\"hidden_sizes\" is no list of whole numbers of 1 to 65536") }
        hiddenSizes = sizes
        activation = try source.activation("activation", otherwise: "relu")
        dropout = try source.number("dropout", 0...0.99, otherwise: 0)
        self.columns = try columns.map { try Self.checked($0, source) } ?? TableColumn.read(source)
    }

    private static func checked(_ columns: [TableColumn], _ source: ConfigurationFile) throws -> [TableColumn]
    {
        guard source.root["columns"] != nil else { return columns }
        let own = try TableColumn.read(source).map(\.name)
        guard own == columns.map(\.name) else {
            throw source.unsupported(
                "\"columns\" are \(own.joined(separator: ", ")); the data has "
                    + columns.map(\.name).joined(separator: ", "))
        }
        return columns
    }
}
