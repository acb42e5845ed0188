extension ResNetConfiguration {
    /// - Parameters:
    ///   - source: `config.json` in the manner of timm.
    ///   - hasHead: whether the classes that it speaks of are the network's.
    /// - Throws: `PretrainedBackboneError` that names the key.
    init(_ source: ConfigurationFile, hasHead: Bool) throws {
        let name = try source.architecture()
        let classCount = try source.classCount(otherwise: hasHead ? nil : 0)
        let input = try source.imageInput()
        guard let found = Self.named(name, classCount: hasHead ? classCount : 0, input: input) else {
            throw source.unsupported(
                "\"architecture\" is \"\(name)\"; supported are \(Self.knownNames.joined(separator: ", "))")
        }
        self = found
    }
}
