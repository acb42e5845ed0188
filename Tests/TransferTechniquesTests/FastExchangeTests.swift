import DifferentiableTensors
import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct FastExchangeTests {
    static let jobs: [TinyJob] = [
        TinyJob(.featureExtraction, head: .mlp, samples: 70),
        TinyJob(.fineTuning, frozenLayers: 1, pooling: .cls),
        // With embedding tables, whose gradients are of a few rows.
        TinyJob(.fineTuning, frozenLayers: .nothing),
        TinyJob(.fineTuning, frozenLayers: .nothing).training {
            $0.unfreezeEvery = .steps(2)
            $0.averageDecay = 0.9
        },
    ]
    static let lanes: [[[Int]]] = [[[0, 1, 2, 3]], [[3], [0, 1], [2]], [[0], [1], [2], [3], []]]

    /// SGD moves a weight by rate times gradient, so that the distance after a step is the gradients' error. One
    /// addition errs by 2^-24 of a sum, and a gradient is a sum of no more than 16 samples' with terms that may
    /// be some times larger than what is left: 2^-16 of the largest gradient leaves room. A bfloat16 errs by 2^-9 at
    /// each of up to 6 roundings (five workers and the result).
    @Test(arguments: jobs.indices, [GradientExchange.fast, .fastBF16])
    func aStepIsCloseToTheExactOne(index: Int, exchange: GradientExchange) throws {
        for lanes in Self.lanes { try compareWithExact(Self.jobs[index], lanes, exchange) }
    }

    private func compareWithExact(_ job: TinyJob, _ lanes: [[Int]], _ exchange: GradientExchange) throws {
        let job = job.training {
            $0.optimizer = OptimizerSpecification(kind: .sgd, learningRate: 1, weightDecay: 0, momentum: 0)
            $0.schedule = ScheduleSpecification(kind: .constant, warmup: 0)
            $0.gradientClipping = nil
        }
        let before = try TinyCluster(job, lanes: [[0]]).sessions[0].program.trainableParameters.map {
            $0.value.scalars
        }
        let exact = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let fast = try TinyCluster(job.training { $0.exchange = exchange }, lanes: lanes)
        try exact.run(to: 1)
        try fast.run(to: 1)
        let bound: Float = exchange == .fast ? 0x1p-16 : 6 * 0x1p-9
        let pairs = zip(
            exact.sessions[0].program.trainableParameters, fast.sessions[0].program.trainableParameters)
        var moved: Float = 0
        for (start, (one, other)) in zip(before, pairs) {
            let largest = zip(start, one.value.scalars).map { abs($0 - $1) }.max() ?? 0
            let scale = zip(start, one.value.scalars).map { max(abs($0), abs($1)) }.max() ?? 0
            let difference = zip(one.value.scalars, other.value.scalars).map { abs($0 - $1) }.max() ?? 0
            // The weight itself is rounded too.
            #expect(difference <= bound * largest + scale * 0x1p-22 + 1e-8, "\(one.name): \(largest)")
            moved = max(moved, largest)
        }
        #expect(moved > 0)
        for rank in lanes.indices { #expect(fast.bits(rank: rank) == fast.bits()) }
        #expect(abs(Double(fast.losses[0] - exact.losses[0])) < Double(exact.losses[0]) * 0x1p-20)
    }

    @Test(arguments: jobs.indices, [GradientExchange.fast, .fastBF16])
    func goingOnFromACheckpointOrRepeatingAStepChangesNothing(index: Int, exchange: GradientExchange) throws {
        let job = Self.jobs[index].training { $0.exchange = exchange }
        let lanes = [[0, 3], [1, 2]]
        let whole = try TinyCluster(job, lanes: lanes)
        try whole.run()
        let first = try TinyCluster(job, lanes: lanes)
        try first.run(to: 3)
        let second = try TinyCluster(job, lanes: lanes)
        try second.run(to: 1)
        for session in second.sessions {
            try session.restore(try first.sessions[0].checkpoint())
            let source = try TinySource(job, session.program)
            try session.accumulate(lane: session.lanesOfStep[0], from: source)
            session.discardStep()
        }
        try second.run()
        #expect(second.bits() == whole.bits())
        #expect(second.averagedBits(rank: 1) == whole.averagedBits())
        #expect(first.losses + second.losses.dropFirst() == whole.losses)
    }

    @Test(arguments: [GradientExchange.fast, .fastBF16])
    func aGradientThatIsNotANumberIsReported(exchange: GradientExchange) throws {
        let cluster = try TinyCluster(
            TinyJob(.featureExtraction).training { $0.exchange = exchange }, lanes: [[0, 1], [2, 3]])
        let session = cluster.sessions[1]
        let source = try TinySource(cluster.job, session.program)
        for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
        session.program.trainableParameters[0].gradient.fill(.nan)
        try session.finishAccumulation()
        try session.reduceAlone()
        let error = #expect(throws: TechniqueError.self) { try session.finishStep() }
        #expect(error?.code == .notFinite)
    }
}
