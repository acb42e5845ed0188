import DifferentiableTensors
import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

/// The precision of a job's frozen part.
@Suite struct PrecisionTests {
    private func specification(_ precision: FrozenPrecision?) -> JobSpecification {
        var specification = TinyJob(.featureExtraction).specification
        specification.backbone.precision = precision
        return specification
    }

    @Test func aProcessorWithoutTheInstructionsIsRefused() throws {
        for precision in [nil, FrozenPrecision.fp32] {
            try TechniqueCatalog.requireInstructions(for: specification(precision), available: [])
        }
        try TechniqueCatalog.requireInstructions(for: specification(.bf16), available: [.bfloat16])
        let error = try #require(throws: TechniqueError.self) {
            try TechniqueCatalog.requireInstructions(for: specification(.bf16), available: [.int8])
        }
        #expect(error.code == .unsupported)
        #expect(error.message.contains("backbone.precision is bf16"))
        #expect(error.message.contains("take fp32 or int8") && error.message.contains("avx512_bf16"))
    }

    /// The cut is part of the feature cache's identity.
    @Test(arguments: [TechniqueKind.featureExtraction, .fineTuning])
    func everyPrecisionHasFeaturesOfItsOwn(kind: TechniqueKind) {
        var cuts: Set<String?> = []
        for precision in [nil, FrozenPrecision.fp32, .bf16, .int8] {
            let program = program(kind, specification(precision))
            cuts.insert(program.frozenPart?.cut)
        }
        #expect(cuts.count == 3)
        #expect(cuts.contains(TinyJob(kind, frozenLayers: 1).program().frozenPart?.cut))
    }

    @Test(
        .enabled(if: ReducedPrecision.bfloat16.isAvailable, "no AVX512_BF16 here"),
        arguments: [TechniqueKind.featureExtraction, .fineTuning])
    func featuresAreComputedInThePrecisionAskedFor(kind: TechniqueKind) throws {
        let samples = TinyJob(kind).sequences.map(SampleInput.tokens)
        let exact = try program(kind, specification(nil)).extractFeatures(samples)
        let reduced = try program(kind, specification(.bf16)).extractFeatures(samples)
        #expect(!zip(exact, reduced).contains { $0.isIdentical(to: $1) })
        for (x, y) in zip(exact, reduced) {
            #expect(zip(x.scalars, y.scalars).allSatisfy { abs($0 - $1) < 0.2 })
        }
    }

    private func program(_ kind: TechniqueKind, _ specification: JobSpecification) -> any TrainingProgram {
        let weights = TechniqueCatalog.packedWeights(specification)
        let plain = TinyJob(kind, frozenLayers: 1).program()
        switch plain {
        case let plain as FeatureExtraction:
            return FeatureExtraction(
                encoder: plain.encoder, head: plain.head, maximumLength: plain.maximumLength,
                packedWeights: weights)
        case let plain as FineTuning:
            return FineTuning(
                encoder: plain.encoder, head: plain.head, maximumLength: plain.maximumLength,
                packedWeights: weights)
        default: return plain
        }
    }
}
