import CheckpointFormats
import DifferentiableTensors
import TensorKernels

/// A training state as safetensors: the trained parameters and the buffers that follow under their own names,
/// the optimiser's tensors behind "optimizer.", averaged weights behind "average.", the step and the fixed-point exponents as metadata.
struct TrainingCheckpoint {
    var step: Int
    var exponents: [Int]
    /// By name, in the program's order.
    var parameters: [(name: String, tensor: Tensor)]
    var buffers: [(name: String, tensor: Tensor)]
    var optimizerState: [(name: String, tensor: Tensor)]
    /// Of all parameters and buffers, or of none.
    var averages: [(name: String, tensor: Tensor)] = []

    private static let format = "graft-checkpoint-1"
    private static let parameterPrefix = "parameter."
    private static let bufferPrefix = "buffer."
    private static let optimizerPrefix = "optimizer."
    private static let averagePrefix = "average."

    func encoded() throws -> [UInt8] {
        let tensors =
            parameters.map { (name: Self.parameterPrefix + $0.name, tensor: $0.tensor) }
            + buffers.map { (name: Self.bufferPrefix + $0.name, tensor: $0.tensor) }
            + optimizerState.map { (name: Self.optimizerPrefix + $0.name, tensor: $0.tensor) }
            + averages.map { (name: Self.averagePrefix + $0.name, tensor: $0.tensor) }
        return try SafetensorsWriter.encode(
            tensors,
            metadata: [
                "format": Self.format, "step": String(step),
                "exponents": exponents.map(String.init).joined(separator: " "),
            ])
    }

    /// Reads a checkpoint of exactly these parameters and buffers.
    ///
    /// - Parameter averaged: whether the job averages its weights.
    /// - Throws: `TechniqueError` `.badCheckpoint` that names the first thing that does not fit; the format's
    ///   own errors.
    static func decode(
        _ bytes: [UInt8], parameters: [Parameter], buffers: [Buffer], averaged: Bool
    ) throws -> TrainingCheckpoint {
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
        let (weights, statistics) = (
            parameters.map { ($0.name, $0.shape) }, buffers.map { ($0.name, $0.value.shape) }
        )
        var checkpoint = TrainingCheckpoint(
            step: step, exponents: exponents,
            parameters: try tensors(weights, prefix: parameterPrefix, of: file),
            buffers: try tensors(statistics, prefix: bufferPrefix, of: file), optimizerState: [],
            averages: try tensors(averaged ? weights + statistics : [], prefix: averagePrefix, of: file))
        for name in file.names where name.hasPrefix(optimizerPrefix) {
            checkpoint.optimizerState.append(
                (String(name.dropFirst(optimizerPrefix.count)), try file.tensor(named: name)))
        }
        return checkpoint
    }

    private static func tensors(
        _ wanted: [(name: String, shape: [Int])], prefix: String, of file: SafetensorsFile
    ) throws -> [(name: String, tensor: Tensor)] {
        let surplus = file.names.filter { $0.hasPrefix(prefix) }.count - wanted.count
        guard surplus <= 0 else {
            throw TechniqueError(
                .badCheckpoint,
                "the checkpoint has \(surplus) tensors \"\(prefix)…\" that this job does not train")
        }
        return try wanted.map { name, shape in
            guard file.description(named: prefix + name)?.shape == shape else {
                throw TechniqueError(
                    .badCheckpoint, "the checkpoint has no \(name) of shape \(shape): it is another job's",
                    context: name)
            }
            return (name, try file.tensor(named: prefix + name))
        }
    }

    func assign(to parameters: [Parameter], _ buffers: [Buffer]) {
        for (parameter, saved) in zip(parameters, self.parameters) { parameter.value.assign(saved.tensor) }
        for (buffer, saved) in zip(buffers, self.buffers) { buffer.value.assign(saved.tensor) }
    }
}

extension TrainingCheckpoint {
    init(
        step: Int, exponents: [Int], parameters: [Parameter], buffers: [Buffer],
        optimizerState: [(name: String, tensor: Tensor)], averages: [(name: String, tensor: Tensor)]
    ) {
        self.step = step
        self.exponents = exponents
        self.parameters = parameters.map { ($0.name, $0.value) }
        self.buffers = buffers.map { ($0.name, $0.value) }
        self.optimizerState = optimizerState
        self.averages = averages
    }
}
