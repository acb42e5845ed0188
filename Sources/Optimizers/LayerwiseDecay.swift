import DifferentiableTensors

extension ParameterGroup {
    /// Groups whose learning rate falls with depth: discriminative fine-tuning (Howard and Ruder 2018,
    /// arXiv:1801.06146) with a constant ratio between neighbours. The top layer learns at the full rate, the one
    /// k layers below it at decay^k of it. Biases and normalisation parameters have no weight decay.
    ///
    /// - Parameters:
    ///   - layers: parameters by depth, the lowest first. Frozen ones are left out; a layer without any still counts.
    ///   - decay: above 0, at most 1.
    public static func layerwise(
        _ layers: [[Parameter]], decay: Float, weightDecay: Float
    ) -> [ParameterGroup] {
        layers.enumerated().flatMap { index, parameters in
            let factor = Float(integerPower(Double(decay), layers.count - 1 - index))
            return decayingMatrices(parameters, weightDecay: weightDecay).map {
                ParameterGroup($0.parameters, learningRateFactor: factor, weightDecay: $0.weightDecay)
            }
        }
    }
}
