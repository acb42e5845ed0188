import CheckpointFormats
import DifferentiableTensors
import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct TrainingSessionTests {
    static let jobs: [TinyJob] = [
        TinyJob(.featureExtraction, head: .mlp, samples: 70),
        TinyJob(.fineTuning, frozenLayers: 1, pooling: .cls),
        TinyJob(.fineTuning, frozenLayers: 0, head: .mlp, pooling: .cls),
        TinyJob(.fineTuning, frozenLayers: .nothing),
        TinyJob(.fromScratch, optimizer: .init(kind: .sgd, learningRate: 0.05)),
        TinyJob(.featureExtraction).training {
            $0.labelSmoothing = 0.1
            $0.classWeights = .balanced
        },
        TinyJob(.fineTuning, frozenLayers: 1).training { $0.averageDecay = 0.9 },
        TinyJob(.fineTuning, frozenLayers: .nothing).training { $0.layerDecay = 0.8 }
            .technique { $0.freeze = ["embeddings", "*.LayerNorm"] },
        TinyJob(.fineTuning, frozenLayers: 0).training { $0.headEpochs = 1 },
        TinyJob(.fineTuning, optimizer: .init(learningRate: 0.02)).technique {
            $0.lora = LowRankSpecification(rank: 2, alpha: 4, dropout: 0.1)
        },
        TinyJob(.fineTuning, frozenLayers: .nothing).training {
            $0.unfreezeEvery = .steps(2)
            $0.averageDecay = 0.9
        },
        TinyJob(.fineTuning, frozenLayers: 1).tasks([46, 20, 3]),
        TinyJob(.fineTuning, frozenLayers: .nothing).tasks([46, 40], weighting: .uncertainty),
        TinyJob(.featureExtraction, head: .mlp).adaptation(.dann, weight: 0.1),
        TinyJob(.fineTuning, frozenLayers: 1).adaptation(.cdan, weight: 0.1),
        TinyJob(.fineTuning, frozenLayers: 0).adaptation(.coral),
        TinyJob(.fromScratch).adaptation(.mmd, weight: 0.1),
    ]

    static let partitions: [[[Int]]] = [
        [[0, 1], [2, 3]], [[0, 2], [1, 3]], [[3], [0, 1], [2]], [[0], [1], [2], [3], []],
    ]

    @Test(arguments: jobs.indices, partitions)
    func parametersDoNotDependOnHowLanesAreSpread(index: Int, lanes: [[Int]]) throws {
        let job = Self.jobs[index]
        let alone = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let before = alone.bits()
        try alone.run()
        let cluster = try TinyCluster(job, lanes: lanes)
        try cluster.run()
        #expect(alone.bits() != before)
        #expect(alone.losses.count == alone.sessions[0].totalSteps)
        for rank in lanes.indices {
            #expect(cluster.bits(rank: rank) == alone.bits())
            #expect(cluster.averagedBits(rank: rank) == alone.averagedBits())
        }
        #expect(cluster.losses == alone.losses)
    }

    @Test(arguments: jobs.indices)
    func recomputedFeaturesTrainToTheSameBits(index: Int) throws {
        let job = Self.jobs[index]
        let cached = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let recomputed = try TinyCluster(job, lanes: [[0, 1, 2, 3]], features: .recomputed)
        try cached.run()
        try recomputed.run()
        #expect(cached.bits() == recomputed.bits())
    }

    @Test(arguments: jobs.indices)
    func aRunThatIsInterruptedEndsWithTheSameBits(index: Int) throws {
        let job = Self.jobs[index]
        let whole = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try whole.run()

        let first = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try first.run(to: 4)
        let checkpoint = try first.sessions[0].checkpoint()
        #expect(try first.sessions[0].checkpoint() == checkpoint)

        let second = try TinyCluster(job, lanes: [[0, 3], [1, 2]])
        for session in second.sessions { try session.restore(checkpoint) }
        #expect(second.sessions[0].step == 4)
        try second.run()
        #expect(second.bits() == whole.bits())
        #expect(second.bits(rank: 1) == whole.bits())
        #expect(second.averagedBits(rank: 1) == whole.averagedBits())
        #expect(first.losses + second.losses == whole.losses)
    }

    @Test func averagedWeightsStandInForEvaluationOnly() throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1)
        let averaging = try TinyCluster(job.training { $0.averageDecay = 0.9 }, lanes: [[0, 1, 2, 3]])
        let plain = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try averaging.run()
        try plain.run()
        #expect(averaging.bits() == plain.bits())
        #expect(averaging.averagedBits() != plain.bits())
        #expect(averaging.bits() == plain.bits())
        #expect(plain.averagedBits() == plain.bits())

        let checkpoint = try plain.sessions[0].checkpoint()
        let error = #expect(throws: TechniqueError.self) { try averaging.sessions[0].restore(checkpoint) }
        #expect(error?.code == .badCheckpoint)
    }

    @Test func aCheckpointOfAnotherJobIsRefused() throws {
        let fineTuning = try TinyCluster(TinyJob(.fineTuning, frozenLayers: 1), lanes: [[0]])
        let extraction = try TinyCluster(TinyJob(.featureExtraction), lanes: [[0]])
        let scratch = try TinyCluster(TinyJob(.fromScratch), lanes: [[0]])
        let checkpoint = try fineTuning.sessions[0].checkpoint()
        for other in [extraction, scratch] {
            let before = other.bits()
            let error = #expect(throws: TechniqueError.self) { try other.sessions[0].restore(checkpoint) }
            #expect(error?.code == .badCheckpoint)
            #expect(other.bits() == before)
        }
    }

    @Test(arguments: [
        ("exponents", "36 x 36"), ("exponents", "36  36"), ("exponents", "99999"), ("exponents", ""),
        ("step", "-1"), ("step", "one"), ("format", "graft-checkpoint-0"),
    ])
    func aCheckpointThatIsMalformedIsRefused(key: String, value: String) throws {
        let cluster = try TinyCluster(TinyJob(.featureExtraction), lanes: [[0]])
        let file = try SafetensorsFile(bytes: try cluster.sessions[0].checkpoint(), name: "checkpoint")
        var metadata = file.metadata
        metadata[key] = value
        let tensors = try file.names.map { (name: $0, tensor: try file.tensor(named: $0)) }
        let changed = try SafetensorsWriter.encode(tensors, metadata: metadata)
        let error = #expect(throws: TechniqueError.self) { try cluster.sessions[0].restore(changed) }
        #expect(error?.code == .badCheckpoint)
    }

    @Test func embeddingsAreTrainedWhereNothingIsFrozen() throws {
        let job = TinyJob(.fineTuning, frozenLayers: .nothing)
        let cluster = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let program = cluster.sessions[0].program
        #expect(program.frozenPart == nil)
        #expect(program.trainableParameterCount == program.parameterCount)
        let before = cluster.bits()
        try cluster.run()
        for (index, parameter) in program.trainableParameters.enumerated() {
            #expect(parameter.value.littleEndianBytes != before[index], "\(parameter.name)")
        }
        #expect(throws: TechniqueError.self) {
            try program.extractFeatures(job.sequences.map(SampleInput.tokens))
        }
    }

    @Test func trainingLearns() throws {
        for job in Self.jobs {
            var longer = TinyJob(job.specification, epochs: 25)
            longer.taskSizes = job.taskSizes
            let cluster = try TinyCluster(longer, lanes: [[0, 1, 2, 3]])
            try cluster.run()
            let perEpoch = cluster.sessions[0].schedule.stepsPerEpoch
            let first = cluster.losses.prefix(perEpoch).reduce(0, +)
            let last = cluster.losses.suffix(perEpoch).reduce(0, +)
            #expect(Double(last) < 0.8 * Double(first), "\(job.specification.technique.kind)")
        }
    }

    @Test func microBatchesAddUpToTheBatch() throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1, dropout: 0)
        let program = job.program()
        let source = try TinySource(job, program)
        let session = job.session(program, lanes: [0, 1, 2, 3])
        for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
        try session.finishAccumulation()
        try session.reduceAlone()
        // The gradients of the whole batch are summed up in the same memory.
        let summed = program.trainableParameters.enumerated().map {
            session.gradients.result(segment: $0.offset, shape: $0.element.shape).scalars
        }

        let positions = session.lanesOfStep.map { lane in
            let order = EpochShuffle.order(
                count: session.schedule.laneLength(lane), seed: 7, epoch: 0, lane: lane)
            return (lane, Array(order[session.schedule.places(step: 0, lane: lane)]))
        }
        let samples = positions.flatMap { lane, places in places.map { job.sample(lane: lane, position: $0) }
        }
        let features = try program.extractFeatures(samples.map { .tokens(job.sequences[$0]) })
        let batch = MicroBatch(
            input: .features(
                .concatenatingRows(features), SequenceLayout(lengths: features.map { $0.shape[0] })),
            labels: samples.map { job.labels[$0] })
        try program.trainingLoss(
            batch, globalBatchCount: samples.count, context: .training(seed: 7, step: 0, microBatch: 0)
        ).backward()
        #expect(samples.count == 16)
        for (segment, parameter) in program.trainableParameters.enumerated() {
            let largest = parameter.gradient.scalars.map(abs).max() ?? 0
            for (a, b) in zip(summed[segment], parameter.gradient.scalars) {
                #expect(abs(a - b) <= 1e-5 * max(largest, 1e-3), "\(parameter.name)")
            }
        }
    }

    @Test func gradientsBeyondTheScaleRunTheStepAgain() throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1)
        let cluster = try TinyCluster(job, lanes: [[0, 1], [2, 3]])
        // Far too fine a scale on every worker: the first attempts saturate.
        for session in cluster.sessions {
            session.gradients.exponents =
                session.gradients.exponents.dropLast(2).map { _ in 90 }
                + session.gradients.exponents.suffix(2)
        }
        try cluster.run(to: 1)
        #expect(cluster.losses.count == 1)

        let usual = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try usual.run(to: 1)
        for (a, b) in zip(
            cluster.sessions[0].program.trainableParameters, usual.sessions[0].program.trainableParameters)
        {
            for (x, y) in zip(a.value.scalars, b.value.scalars) { #expect(abs(x - y) < 1e-4, "\(a.name)") }
        }
    }

    /// A step's sums have their digits whatever the scale was chosen for: that of the first step for nothing at all.
    @Test(arguments: [-30, 20, 36]) func gradientsFarBelowTheScaleRunTheStepAgain(exponent: Int) throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1)
        let cluster = try TinyCluster(job, lanes: [[0, 1], [2, 3]])
        try cluster.run(to: 1)
        for session in cluster.sessions {
            session.gradients.exponents =
                session.gradients.exponents.dropLast(2).map { _ in exponent }
                + session.gradients.exponents.suffix(2)
        }
        let fine = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try fine.run(to: 1)
        let parameters = { (cluster: TinyCluster) in cluster.sessions[0].program.trainableParameters }
        for (segment, parameter) in parameters(fine).enumerated() {
            let largest = fine.sessions[0].gradients.result(segment: segment, shape: parameter.shape)
                .maximumMagnitude()
            let next = fine.sessions[0].gradients.exponents[segment]
            #expect(largest == 0 || (29...51).contains(Int(largest.exponent) + next), "\(parameter.name)")
        }
        try cluster.run(to: 2)
        try fine.run(to: 2)
        #expect(cluster.losses.count == 2)
        for (a, b) in zip(parameters(cluster), parameters(fine)) {
            for (x, y) in zip(a.value.scalars, b.value.scalars) { #expect(abs(x - y) < 1e-6, "\(a.name)") }
        }
    }

    @Test func aLossThatIsNotANumberIsReportedWithStepAndRate() throws {
        let job = TinyJob(.featureExtraction)
        let cluster = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try cluster.run(to: 2)
        cluster.sessions[0].program.trainableParameters[0].value.fill(.nan)
        let error = #expect(throws: TechniqueError.self) { try cluster.run() }
        #expect(error?.code == .notFinite)
        #expect(error?.message.contains("step 2") == true)
        #expect(error?.message.contains("learning rate") == true)
    }
}

extension TinyJob {
    /// The same job, trained otherwise.
    func training(_ change: (inout TrainingSpecification) -> Void) -> TinyJob {
        var job = self
        change(&job.specification.training)
        return job
    }

    /// The same job by another technique.
    func technique(_ change: (inout TechniqueSpecification) -> Void) -> TinyJob {
        var job = self
        change(&job.specification.technique)
        return job
    }

    init(_ specification: JobSpecification, epochs: Int) {
        let technique = specification.technique
        self.init(
            technique.kind, frozenLayers: technique.frozenLayers, head: technique.head,
            pooling: technique.pooling, dropout: technique.dropout,
            optimizer: specification.training.optimizer, epochs: epochs)
        self.specification = specification
        self.specification.training.epochs = epochs
    }
}
