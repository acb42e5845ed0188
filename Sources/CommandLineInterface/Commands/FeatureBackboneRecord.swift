import JobReporting
import PretrainedBackbones

/// A backbone for images or tables as `inspect` prints it.
struct FeatureBackboneRecord: Encodable {
    struct Layer: Encodable {
        /// The value of `frozen_layers` that freezes all up to and with this one.
        let name: String
        let parameters: Int
        /// The same as a number.
        let frozenLayers: Int
        let frozenParameters: Int
        /// Floating-point operations of one sample, up to and with this layer.
        let operationsBelow: Int
        /// Of one sample's features.
        let featureShape: [Int]
    }

    let architecture: String
    let sampleShape: [Int]
    let parameters: Int
    /// Floating-point operations of one sample through all layers.
    let operations: Int
    let layers: [Layer]

    init(_ inspection: FeatureBackboneInspection) {
        architecture = inspection.architecture
        sampleShape = inspection.sampleShape
        parameters = inspection.parameterCount
        operations = inspection.operations
        layers = inspection.parts.enumerated().map { index, part in
            Layer(
                name: part.name, parameters: part.parameterCount, frozenLayers: index,
                frozenParameters: inspection.frozenParameterCount(belowCut: index + 1),
                operationsBelow: part.operationsBelow, featureShape: part.featureShape)
        }
    }

    var text: String {
        var table = TextTable(columns: [
            .left("part"), .right("parameters"), .right("features"), .right("frozen_layers"),
            .right("then frozen"), .right("MFLOP below"),
        ])
        table.rows = layers.map { layer in
            [
                layer.name, ReadableFigures.count(layer.parameters), Self.product(layer.featureShape),
                "\(layer.frozenLayers)", ReadableFigures.count(layer.frozenParameters),
                BackboneRecord.millions(layer.operationsBelow),
            ]
        }
        return """
            \(architecture), \(ReadableFigures.count(parameters)) parameters, samples of \
            \(Self.product(sampleShape))
            one sample: \(BackboneRecord.millions(operations)) MFLOP; frozen_layers takes a part's name too

            \(table.render())
            """
    }

    private static func product(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " x ") }
}
