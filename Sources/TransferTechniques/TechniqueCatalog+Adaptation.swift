import DifferentiableTensors
import DomainAdaptation
import TrainingJobs

// From a job's adaptation to the program that does it.
extension TechniqueCatalog {
    /// The program, or one around it that pulls source and target domain together as the job says.
    ///
    /// - Throws: `TechniqueError` `.unsupported` where nothing that could be adapted is trained.
    public static func adapted(
        _ program: any TrainingProgram, for specification: JobSpecification
    ) throws -> any TrainingProgram {
        guard let adaptation = specification.adaptation, adaptation.method != .none else { return program }
        guard let alignable = program as? any AlignableProgram else {
            throw TechniqueError(
                .unsupported,
                "adaptation.method is \(adaptation.method.rawValue); what this job trains has no features to align"
            )
        }
        if adaptation.method == .adabn {
            guard !alignable.followingBuffers.isEmpty else {
                throw TechniqueError(
                    .unsupported,
                    "adaptation.method is adabn; this backbone has no batch normalisation above what is frozen: "
                        + "freeze fewer layers, or choose another method")
            }
            return AdaptedStatistics(alignable)
        }
        guard alignable.trainsAlignedFeatures else {
            throw TechniqueError(
                .unsupported,
                "adaptation.method is \(adaptation.method.rawValue), but all that the head reads is frozen, so that "
                    + "nothing can be aligned: choose fine-tuning with fewer frozen_layers, or (texts) head: mlp"
            )
        }
        return AdaptedTraining(
            alignable, alignment: alignment(adaptation, of: alignable, seed: specification.seed),
            weight: adaptation.weight)
    }

    private static func alignment(
        _ adaptation: AdaptationSpecification, of program: any AlignableProgram, seed: UInt64
    ) -> any FeatureAlignment {
        func adversarial(_ conditioning: AdversarialAlignment.Conditioning) -> AdversarialAlignment {
            AdversarialAlignment(
                conditioning: conditioning, width: program.alignedWidth, classCount: program.classCount,
                hidden: adaptation.discriminatorWidth, seed: seed)
        }
        return switch adaptation.method {
        case .coral: CorrelationAlignment()
        case .mmd: MeanDiscrepancy()
        case .dann: adversarial(.none)
        case .cdan, .none, .adabn: adversarial(.classes)
        }
    }
}
