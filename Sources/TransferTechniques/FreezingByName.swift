import NeuralLayers

extension Module {
    /// Freezes what `technique.freeze` names; what is frozen already stays so.
    ///
    /// - Parameter paths: paths or patterns; see `ParameterPattern`.
    /// - Throws: `TechniqueError` `.unsupported` where one picks no parameter.
    func freeze(named paths: [String]?) throws {
        for path in paths ?? [] {
            do {
                try setTrainable(false, path: path)
            } catch let error as NeuralLayersError {
                throw TechniqueError(.unsupported, "technique.freeze: \(error.message)", context: path)
            }
        }
    }
}
