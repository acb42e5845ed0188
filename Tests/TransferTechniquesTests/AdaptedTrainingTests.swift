import DifferentiableTensors
import DomainAdaptation
import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

/// Two domains in one step.
@Suite struct AdaptedTrainingTests {
    private static let methods: [AdaptationMethod] = [.dann, .cdan, .coral, .mmd]

    private static func job(_ method: AdaptationMethod) -> TinyJob {
        TinyJob(.fineTuning, frozenLayers: 1, dropout: 0).adaptation(method, weight: 0.5)
    }

    /// The task's loss as without a target, and beside it the alignment's, weighted as the source samples are.
    @Test(arguments: methods)
    func theLossIsTheTasksAndTheWeightedAlignments(method: AdaptationMethod) throws {
        let job = Self.job(method)
        let program = try TechniqueCatalog.adapted(job.program(), for: job.specification)
        let source = try TinySource(job, program)
        let batch = try source.microBatch(split: .train, lane: 0, positions: [0, 1, 2], epoch: 0)
        let target = try source.microBatch(split: .target, lane: 0, positions: [3, 4, 5, 6], epoch: 0)
        let context = ForwardContext.training(seed: 7, step: 2, microBatch: 0)
        let step = try program.stepLoss(
            batch, target: target, globalBatchCount: 12, progress: 0.25, context: context)

        let plain = try #require(job.program() as? any AlignableProgram)
        let task = try plain.trainingLoss(batch, globalBatchCount: 12, context: context)
        func features(_ batch: MicroBatch) throws -> AlignedFeatures {
            let classified = try plain.classify(batch, context: context)
            return AlignedFeatures(features: classified.features, logits: classified.logits)
        }
        let alignment: any FeatureAlignment =
            switch method {
            case .coral: CorrelationAlignment()
            case .mmd: MeanDiscrepancy()
            default:
                AdversarialAlignment(
                    conditioning: method == .cdan ? .classes : .none, width: 32, classCount: 3,
                    hidden: AdaptationSpecification.defaultHidden, seed: job.specification.seed)
            }
        let aligned = alignment.loss(
            source: try features(batch), target: try features(target), progress: 0.25, context: context)
        #expect(abs(step.task.value.scalar - task.value.scalar) < 1e-6)
        let expected = task.value.scalar + 0.5 * aligned.loss.value.scalar * 3 / 12
        #expect(aligned.loss.value.scalar > 0)
        #expect(abs(step.total.value.scalar - expected) < 1e-5)
        let figures = try #require(step.alignment)
        #expect(figures.samples == 3 && figures.judged == (method == .dann || method == .cdan ? 7 : 0))
        #expect(figures.correct == aligned.correct)
        #expect(abs(figures.lossSum - 3 * aligned.loss.value.scalar) < 1e-4)
    }

    /// What is trained beside the model stays behind.
    @Test(arguments: methods)
    func theModelIsAsLargeAsWithoutAdaptation(method: AdaptationMethod) throws {
        let job = Self.job(method)
        let plain = job.program()
        let adapted = try TechniqueCatalog.adapted(job.program(), for: job.specification)
        let names = adapted.trainableParameters.map(\.name)
        #expect(Array(names.prefix(plain.trainableParameters.count)) == plain.trainableParameters.map(\.name))
        #expect(Set(names).count == names.count)
        #expect(
            (names.count > plain.trainableParameters.count) == (method == .dann || method == .cdan))
        #expect(adapted.layerGroups.flatMap { $0 }.map(\.name).sorted() == names.sorted())
    }

    @Test func summariesSayWhatTheAlignmentCameTo() throws {
        let job = Self.job(.dann)
        let cluster = try TinyCluster(job, lanes: [[0, 2], [1, 3]])
        try cluster.run()
        let last = try #require(cluster.alignments.last)
        #expect(cluster.alignments.count == cluster.sessions[0].totalSteps)
        #expect(last.judged == 2 * last.samples && last.samples > 0)
        #expect((0...last.judged).contains(last.correct))
        let plain = try TinyCluster(TinyJob(.fineTuning, frozenLayers: 1), lanes: [[0, 1, 2, 3]])
        try plain.run(to: 2)
        #expect(plain.alignments.isEmpty)
    }

    /// Every sample of the target once before any comes again, and in another order then.
    @Test(arguments: [1, 4, 7, 30])
    func theTargetGoesRoundInAnOrderOfItsOwn(count: Int) {
        var order = RepeatedShuffle(seed: 5, purpose: .target, lane: 1, count: count)
        var seen: [Int] = []
        while seen.count < 3 * count { seen += order.positions(from: seen.count, length: 3) }
        for round in 0..<3 {
            #expect(Set(seen[round * count..<(round + 1) * count]) == Set(0..<count))
        }
        var late = RepeatedShuffle(seed: 5, purpose: .target, lane: 1, count: count)
        #expect(
            late.positions(from: count, length: 5) == Array((seen + seen)[count..<count + 5]) || count < 3)
        if count == 30 {
            #expect(seen[0..<30] != seen[30..<60])
            #expect(seen[0..<30] != EpochShuffle.order(count: 30, seed: 5, epoch: 0, lane: 1)[...])
        }
        var none = RepeatedShuffle(seed: 5, purpose: .target, lane: 1, count: 0)
        #expect(none.positions(from: 0, length: 4).isEmpty)
    }

    @Test func whereNothingBelowTheHeadLearnsThereIsNothingToAlign() throws {
        let job = TinyJob(.featureExtraction).adaptation(.dann)
        let error = #expect(throws: TechniqueError.self) {
            try TechniqueCatalog.adapted(job.program(), for: job.specification)
        }
        #expect(error?.code == .unsupported && error?.message.contains("head: mlp") == true)
        let statistics = TinyJob(.fineTuning).adaptation(.adabn)
        let other = #expect(throws: TechniqueError.self) {
            try TechniqueCatalog.adapted(statistics.program(), for: statistics.specification)
        }
        #expect(other?.message.contains("batch normalisation") == true)
        let control = TinyJob(.featureExtraction).adaptation(.none)
        #expect(try !TechniqueCatalog.adapted(control.program(), for: control.specification).takesTarget)
    }
}

extension TinyJob {
    func adaptation(_ method: AdaptationMethod, weight: Float = 1) -> TinyJob {
        var job = self
        job.specification.adaptation = AdaptationSpecification(method: method, weight: weight)
        return job
    }
}
