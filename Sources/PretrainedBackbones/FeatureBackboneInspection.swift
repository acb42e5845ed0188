import Foundation

/// What the folder of an image or table network holds, without its weights in memory: parts, where they can be
/// cut, and what a pass costs.
public struct FeatureBackboneInspection: Sendable, Equatable {
    public struct Part: Sendable, Equatable {
        /// "stem", "layer1.0", …: a cut is named by the last part below it.
        public let name: String
        public let parameterCount: Int
        /// Of one sample's features behind the part.
        public let featureShape: [Int]
        /// See `FeatureBackbone.operations(belowCut:)`; of this part and all below.
        public let operationsBelow: Int
    }

    /// `architecture` of `config.json`, or its `model_type`.
    public let architecture: String
    /// Of one sample: [height, width, 3] or [columns].
    public let sampleShape: [Int]
    /// In order.
    public let parts: [Part]

    /// Reads `config.json` and compares the names and shapes of the weights with it; a classifier's head is
    /// passed over.
    /// - Throws: `PretrainedBackboneError` or `CheckpointError`, as loading the folder would, and where the
    ///   folder's model is for texts.
    public init(folder: URL) throws {
        let (source, backbone, naming) = try Self.blank(folder)
        try BackboneCheckpoint(folder: folder, naming: naming).sources(
            of: backbone.parameters, buffers: backbone.buffers)
        architecture = try source.root["architecture"]?.string ?? source.modelType()
        sampleShape = backbone.featureShape(belowCut: 0)
        var below = 0
        parts = backbone.cutNames.enumerated().map { index, name in
            let count = backbone.parameters(belowCut: index + 1).reduce(0) { $0 + $1.count }
            defer { below = count }
            return Part(
                name: name, parameterCount: count - below,
                featureShape: backbone.featureShape(belowCut: index + 1),
                operationsBelow: backbone.operations(belowCut: index + 1))
        }
    }

    private static func blank(
        _ folder: URL
    ) throws -> (ConfigurationFile, any FeatureBackbone, BackboneCheckpoint.Naming) {
        guard try BackboneKind.of(folder: folder) == .table else {
            let blank = try ImageBackboneCatalog.blank(folder: folder)
            return (blank.source, blank.backbone, blank.layout.backboneNaming)
        }
        let (source, backbone) = try TableBackboneCatalog.blank(folder: folder)
        return (source, backbone, TableBackboneCatalog.naming(of: backbone))
    }

    public var parameterCount: Int { frozenParameterCount(belowCut: parts.count) }

    /// Of one sample through all parts.
    public var operations: Int { parts.last?.operationsBelow ?? 0 }

    /// Parameters that freezing below a cut leaves untrained.
    public func frozenParameterCount(belowCut cut: Int) -> Int {
        parts.prefix(cut).reduce(0) { $0 + $1.parameterCount }
    }
}
