import CheckpointFormats
import DifferentiableTensors
import TensorKernels

/// A training state as safetensors: the trained parameters under their own names, the optimiser's tensors
/// behind "optimizer.", the step and the fixed-point exponents as metadata.
struct TrainingCheckpoint {
    var step: Int
    var exponents: [Int]
    /// By name, in the program's order.
    var parameters: [(name: String, tensor: Tensor)]
    var optimizerState: [(name: String, tensor: Tensor)]

    private static let format = "graft-checkpoint-1"
    private static let parameterPrefix = "parameter."
    private static let optimizerPrefix = "optimizer."

    init(
        step: Int, exponents: [Int], parameters: [Parameter], optimizerState: [(name: String, tensor: Tensor)]
    ) {
        self.step = step
        self.exponents = exponents
        self.parameters = parameters.map { ($0.name, $0.value) }
        self.optimizerState = optimizerState
    }

    func encoded() throws -> [UInt8] {
        let tensors =
            parameters.map { (name: Self.parameterPrefix + $0.name, tensor: $0.tensor) }
            + optimizerState.map { (name: Self.optimizerPrefix + $0.name, tensor: $0.tensor) }
        return try SafetensorsWriter.encode(
            tensors,
            metadata: [
                "format": Self.format, "step": String(step),
                "exponents": exponents.map(String.init).joined(separator: " "),
            ])
    }

    /// Reads a checkpoint of exactly these parameters.
    ///
    /// - Throws: `TechniqueError` `.badCheckpoint` that names the first thing that does not fit; the format's
    ///   own errors.
    static func decode(_ bytes: [UInt8], parameters: [Parameter]) throws -> TrainingCheckpoint {
        let file = try SafetensorsFile(bytes: bytes, name: "the job's checkpoint")
        guard file.metadata["format"] == format, let step = file.metadata["step"].flatMap({ Int($0) }),
            step >= 0
        else {
            throw TechniqueError(.badCheckpoint, "these tensors are no training checkpoint of Graft's")
        }
        let words = (file.metadata["exponents"] ?? "").split(separator: " ", omittingEmptySubsequences: false)
        let exponents = words.compactMap { Int($0) }.filter(FixedPointAccumulator.exponentRange.contains)
        guard exponents.count == words.count else {
            throw TechniqueError(
                .badCheckpoint,
                "the checkpoint's fixed-point exponents are not whole numbers of "
                    + "\(FixedPointAccumulator.exponentRange.lowerBound) to "
                    + "\(FixedPointAccumulator.exponentRange.upperBound), with a space between them",
                context: "exponents")
        }
        var checkpoint = TrainingCheckpoint(
            step: step, exponents: exponents, parameters: [], optimizerState: [])
        for parameter in parameters {
            let name = parameterPrefix + parameter.name
            guard file.description(named: name)?.shape == parameter.shape else {
                throw TechniqueError(
                    .badCheckpoint,
                    "the checkpoint has no \(parameter.name) of shape \(parameter.shape): it is another job's",
                    context: parameter.name)
            }
            checkpoint.parameters.append((parameter.name, try file.tensor(named: name)))
        }
        let surplus = file.names.filter { $0.hasPrefix(parameterPrefix) }.count - parameters.count
        guard surplus == 0 else {
            throw TechniqueError(
                .badCheckpoint, "the checkpoint has \(surplus) parameters that this job does not train")
        }
        for name in file.names where name.hasPrefix(optimizerPrefix) {
            checkpoint.optimizerState.append(
                (String(name.dropFirst(optimizerPrefix.count)), try file.tensor(named: name)))
        }
        return checkpoint
    }

    func assignParameters(to parameters: [Parameter]) {
        for (parameter, saved) in zip(parameters, self.parameters) { parameter.value.assign(saved.tensor) }
    }
}
