import DifferentiableTensors
import TensorKernels
import Testing

@testable import DomainAdaptation

/// What holds for every alignment.
@Suite struct AlignmentLossTests {
    static var context: ForwardContext { .training(seed: 1, step: 0, microBatch: 0) }

    static let alignments: [@Sendable () -> any FeatureAlignment] = [
        { AdversarialAlignment(conditioning: .none, width: 5, classCount: 3, hidden: 7, seed: 4) },
        { AdversarialAlignment(conditioning: .classes, width: 5, classCount: 3, hidden: 7, seed: 4) },
        { CorrelationAlignment() }, { MeanDiscrepancy() }, { FixedBandwidths() },
    ]

    /// A discrepancy whose bandwidths do not follow the features, as its gradient takes them not to.
    struct FixedBandwidths: FeatureAlignment {
        func loss(
            source: AlignedFeatures, target: AlignedFeatures, progress: Float, context: ForwardContext
        ) -> AlignmentLoss {
            guard AlignedFeatures.canAlign(source, target) else { return .none }
            let distances = Variable.concatenatingRows([source.features, target.features])
                .squaredRowDistances()
            return AlignmentLoss(
                loss: MeanDiscrepancy.discrepancy(
                    distances, sources: source.sampleCount, targets: target.sampleCount,
                    decayRates: [0.5, 0.25, 0.125]))
        }
    }

    @Test func thereAreReferences() { #expect(AlignmentCase.all.count == 24) }

    @Test(arguments: AlignmentCase.all) func agreesWithPyTorch(_ reference: AlignmentCase) throws {
        let alignment = reference.alignment()
        let (source, target) = (reference.source, reference.target)
        let result = alignment.loss(
            source: source, target: target, progress: reference.progress, context: Self.context)
        #expect(result.loss.shape == [])
        #expect(abs(Double(result.loss.value.scalar) - reference.loss) <= 1e-5 * max(1e-2, reference.loss))
        #expect(result.correct == reference.correct)
        #expect(result.count == reference.count)
        result.loss.backward()
        expectClose(try #require(source.features.gradient).scalars, reference.sourceGradient)
        expectClose(try #require(target.features.gradient).scalars, reference.targetGradient)
        #expect(source.logits.gradient == nil && target.logits.gradient == nil)
        #expect(alignment.parameters.count == reference.parameterGradients.count)
        for (parameter, expected) in zip(alignment.parameters, reference.parameterGradients) {
            expectClose(parameter.gradient.scalars, expected)
        }
    }

    /// The gradient is the derivative, times −λ where the discriminator stands between; of parameters, the
    /// derivative itself. It lies between the differences to either side, which are far apart at a rectifier's
    /// corner only.
    @Test(arguments: alignments, [0.125, 1] as [Float])
    func gradientsAreFiniteDifferences(make: @Sendable () -> any FeatureAlignment, progress: Float) {
        let alignment = make()
        guard !(alignment is MeanDiscrepancy) else { return }
        // With shifts of zero a unit that sees only resting ones would stand on its corner.
        for parameter in alignment.parameters where parameter.shape.count == 1 {
            parameter.value.fillNormal(standardDeviation: 0.5, key: 9)
        }
        let features = [randomTensor([4, 5], key: 1), randomTensor([6, 5], key: 2)]
        let logits = [randomTensor([4, 3], key: 3), randomTensor([6, 3], key: 4)]
        func loss(_ variables: [Variable]) -> Variable {
            alignment.loss(
                source: AlignedFeatures(features: variables[0], logits: Variable(logits[0])),
                target: AlignedFeatures(features: variables[1], logits: Variable(logits[1])),
                progress: progress, context: Self.context
            ).loss
        }
        let variables = features.map { Variable($0, requiresGradient: true) }
        loss(variables).backward()
        let isReversed = alignment is AdversarialAlignment
        let factor = isReversed ? -ReversalSchedule().factor(progress: progress) : 1
        let gradients: [(Tensor, [Float], Float)] =
            variables.map { ($0.value, $0.gradient?.scalars ?? [], factor) }
            + alignment.parameters.map { ($0.value, $0.gradient.scalars, 1) }
        for (value, gradient, factor) in gradients {
            #expect(gradient.count == value.count)
            for (element, got) in gradient.enumerated() {
                let original = value[element]
                let losses = [-1, 0, 1].map { side -> Float in
                    value[element] = original + Float(side) / 512
                    return loss(features.map { Variable($0) }).value.scalar
                }
                value[element] = original
                let below = factor * (losses[1] - losses[0]) * 512
                let above = factor * (losses[2] - losses[1]) * 512
                #expect(got > min(below, above) - 3e-4 && got < max(below, above) + 3e-4)
            }
        }
    }

    /// Domains that are the same samples are as near as can be, those far apart are not.
    @Test(arguments: [CorrelationAlignment(), MeanDiscrepancy()] as [any FeatureAlignment & Sendable])
    func statisticsVanishOnEqualDomains(_ alignment: any FeatureAlignment & Sendable) {
        func loss(_ source: Tensor, _ target: Tensor) -> Float {
            alignment.loss(
                source: AlignedFeatures(features: Variable(source), logits: Variable(source)),
                target: AlignedFeatures(features: Variable(target), logits: Variable(target)),
                progress: 0, context: .evaluation
            ).loss.value.scalar
        }
        let x = randomTensor([20, 4], key: 5)
        #expect(abs(loss(x, x)) < 1e-6)
        #expect(loss(x, x.scaled(by: 3)) > 0.05)
        #expect(abs(loss(.filled(2, shape: [3, 4]), .filled(2, shape: [5, 4]))) < 1e-6)
    }

    /// A distance that all samples have from the origin costs no digits.
    @Test(arguments: [CorrelationAlignment(), MeanDiscrepancy()] as [any FeatureAlignment & Sendable])
    func statisticsDoNotDependOnTheOrigin(_ alignment: any FeatureAlignment & Sendable) {
        func loss(shift: Float) -> Float {
            let samples = [randomTensor([7, 4], key: 1), randomTensor([9, 4], key: 2).scaled(by: 2)].map {
                $0.addRowInPlace(.filled(shift, shape: [4]))
                return AlignedFeatures(features: Variable($0), logits: Variable($0))
            }
            return alignment.loss(
                source: samples[0], target: samples[1], progress: 0, context: .evaluation
            ).loss.value.scalar
        }
        #expect(abs(loss(shift: 128) / loss(shift: 0) - 1) < 1e-4)
    }

    @Test(arguments: alignments, [(0, 4), (4, 0), (0, 0)])
    func nothingToAlign(make: @Sendable () -> any FeatureAlignment, counts: (Int, Int)) {
        let alignment = make()
        let samples = [counts.0, counts.1].map {
            AlignedFeatures(
                features: Variable(randomTensor([$0, 5], key: 1), requiresGradient: true),
                logits: Variable(randomTensor([$0, 3], key: 2)))
        }
        let result = alignment.loss(
            source: samples[0], target: samples[1], progress: 0.5, context: Self.context)
        #expect(result.loss.value.scalar == 0)
        #expect(!result.loss.requiresGradient)
        #expect(result.count == 0)
        #expect(alignment.parameters.allSatisfy { $0.gradientContents == .none })
    }
}
