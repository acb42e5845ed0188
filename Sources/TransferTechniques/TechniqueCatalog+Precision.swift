import DifferentiableTensors
import TensorKernels
import TrainingJobs

extension TechniqueCatalog {
    /// Checks that this processor has the instructions for the precision of a job's frozen part. Programs can be
    /// built without them, so that a job can be checked on a host that does not train it.
    ///
    /// - Parameter available: what the processor has instructions for.
    /// - Throws: `TechniqueError` where it lacks them.
    public static func requireInstructions(
        for specification: JobSpecification,
        available: [ReducedPrecision] = ReducedPrecision.allCases.filter(\.isAvailable)
    ) throws {
        guard let precision = reducedPrecision(specification), !available.contains(precision) else { return }
        let others = ["fp32"] + available.map(\.rawValue)
        throw TechniqueError(
            .unsupported,
            "backbone.precision is \(precision.rawValue), for which this worker's processor lacks "
                + "\(precision.instructionSet): take \(others.joined(separator: " or ")), or start workers only on hosts "
                + "whose /proc/cpuinfo lists \(precision.instructionSet.lowercased())",
            context: precision.rawValue)
    }

    static func packedWeights(_ specification: JobSpecification) -> PackedWeights? {
        reducedPrecision(specification).map(PackedWeights.init)
    }

    private static func reducedPrecision(_ specification: JobSpecification) -> ReducedPrecision? {
        switch specification.backbone.precision ?? .fp32 {
        case .fp32: nil
        case .bf16: .bfloat16
        case .int8: .int8
        }
    }
}
