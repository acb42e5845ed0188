import DifferentiableTensors
import Optimizers
import TensorKernels
import TrainingJobs

/// One job's training as a machine without IO: it accumulates the gradients of the lanes that this worker
/// owns, and applies the update once somebody has summed `gradients` over all workers.
///
/// ```
/// for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
/// try session.finishAccumulation()
/// // …sum session.gradients over the workers, or session.reduceAlone()…
/// let outcome = try session.finishStep()
/// ```
///
/// The bits of the parameters do not depend on how lanes are spread over workers: a lane's gradient is a
/// function of the parameters, seed, step and lane, the sums are of integers, and every worker applies the
/// same update. That holds on processors of one kernel family, and not where the job chooses the fast exchange.
public final class TrainingSession {
    public let program: any TrainingProgram
    public let schedule: StepSchedule
    /// Steps of the whole job.
    public let totalSteps: Int
    /// The step that comes next.
    public private(set) var step = 0
    /// The sums of this step: parameters in their order, what buffers observed and how often, the loss and a
    /// count of cut-off gradients.
    public var gradients: any GradientSums { stepSums.sums }

    let stepSums: StepSums
    let parameters: [Parameter]
    private let buffers: [Buffer]
    private let seed: UInt64
    private var ownedLanes: [Int]
    /// The scale that the coming step began with; a repeat of it may have lowered the present one.
    private var exponentsOfStep: [Int] = []
    /// How often the coming step's scale was found too coarse.
    private var scaleRaises = 0
    private let optimizer: any Optimizer
    private let learningRates: LearningRateSchedule
    private let clipping: Float?
    private let average: WeightAverage?
    private let unfreezing: UnfreezingSchedule?
    /// The trained parameters by depth, the head last; none is empty.
    private let layers: [[Parameter]]
    private var laneOrders: [Int: LaneOrder] = [:]
    private var targetOrders: [Int: RepeatedShuffle] = [:]
    private var tasks: TaskLanes?
    var weightGradients: WeightGradients
    /// Elements of a bucket, at the least.
    let bucketElements: Int

    private struct LaneOrder {
        var epoch: Int
        var positions: [Int]
    }

    /// - Parameters:
    ///   - trainCount: samples of the training split over all lanes.
    ///   - laneCount: lanes of the job.
    ///   - ownedLanes: those that this worker runs.
    ///   - taskCounts: samples of each task's training split, of a job with several; they add up to `trainCount`.
    ///   - bucketElements: elements of a bucket, at the least; the same on every worker.
    public init(
        program: any TrainingProgram, specification: JobSpecification, trainCount: Int, laneCount: Int,
        ownedLanes: [Int], taskCounts: [Int] = [], bucketElements: Int = TrainingSession.bucketElements
    ) {
        self.bucketElements = bucketElements
        let training = specification.training
        self.program = program
        parameters = program.trainableParameters
        buffers = program.followingBuffers
        weightGradients = WeightGradients(count: program.trainableParameters.count)
        self.ownedLanes = ownedLanes.sorted()
        seed = specification.seed
        let horizon = TrainingHorizon(training: training, trainCount: trainCount, laneCount: laneCount)
        schedule = horizon.schedule
        totalSteps = horizon.totalSteps
        if taskCounts.count > 1 {
            tasks = TaskLanes(specification, taskCounts: taskCounts, laneCount: laneCount, horizon.schedule)
        }
        optimizer = OptimizerFactory.optimizer(
            training.optimizer, for: parameters, layers: program.layerGroups, layerDecay: training.layerDecay)
        learningRates = OptimizerFactory.schedule(
            training.schedule, peak: training.optimizer.learningRate, totalSteps: totalSteps)
        clipping = training.gradientClipping
        average = training.averageDecay.map {
            WeightAverage(program.trainableParameters, buffers: program.followingBuffers, decay: $0)
        }
        layers = program.layerGroups.filter { !$0.isEmpty }
        unfreezing = UnfreezingSchedule(training, stepsPerEpoch: horizon.stepsPerEpoch)
        stepSums = StepSums(
            training.exchange ?? .exact, gradients: parameters.map(\.count),
            figures: buffers.map(\.value.count) + [buffers.count, 1, 1]
                + (program.takesTarget ? [Self.alignmentFigureCount] : []))
        fixBookkeepingExponents()
        // Sums are converted to where the optimiser reads them.
        for (segment, parameter) in parameters.enumerated() {
            parameter.placeGradient(in: gradients.result(segment: segment, shape: parameter.shape))
        }
        exponentsOfStep = gradients.exponents
        restLowerLayers()
    }

    /// The owned lanes that have samples in the coming step, in ascending order.
    public var lanesOfStep: [Int] {
        ownedLanes.filter { lane in
            tasks?.hasWork(step: step, lane: lane) ?? !schedule.places(step: step, lane: lane).isEmpty
        }
    }

    /// Says which lanes this worker runs from the coming step on.
    public func own(lanes: [Int]) { ownedLanes = lanes.sorted() }

    /// Forgets what was done of the coming step: the state is again that after the last finished one, which
    /// follows from the job alone.
    public func discardStep() {
        for buffer in buffers { buffer.clearObservations() }
        beginNextSums()
        gradients.exponents = exponentsOfStep
        scaleRaises = 0
    }

    /// Runs one lane's micro-batch of the coming step, forward and back, and adds its gradient.
    ///
    /// - Throws: `TechniqueError` `.notFinite` where loss or gradient is not a number or infinite.
    public func accumulate(lane: Int, from source: any MicroBatchSource) throws {
        let batch = try trainingBatch(lane: lane, from: source)
        let globalCount = globalBatchCount
        let context = ForwardContext.training(seed: seed, step: step, microBatch: lane)
        let loss = try program.stepLoss(
            batch, target: try targetBatch(lane: lane, from: source), globalBatchCount: globalCount,
            progress: Float(step) / Float(max(1, totalSteps)), context: context)
        let lossSum = loss.task.value.scalar * Float(globalCount)
        guard lossSum.isFinite, loss.total.value.scalar.isFinite else {
            throw notFinite("the loss is \(loss.total.value.scalar)", lane: lane)
        }
        switch stepSums {
        case .exact: weightGradients.keep(parameters) { loss.total.backward() }
        case .fast: loss.total.backward()
        }
        try addGradients(lane: lane)
        try addObservations(lane: lane)
        gradients.add(Tensor([lossSum], shape: [1]), segment: lossSegment)
        if let figures = loss.alignment { add(figures) }
        if weightGradients.isAboveLimit { try addWeightGradients(of: parameters.indices) }
    }

    /// What a step came to.
    public enum Outcome: Sendable, Equatable {
        case updated(StepSummary)
        /// Gradients were larger than the fixed-point scale had room for, on some worker, or so small that it loses
        /// digits of their sum; it has been changed and all workers run the same step once more.
        case mustRepeat
    }

    public struct StepSummary: Sendable, Equatable {
        public var step: Int
        /// Sum over the global batch, in units of 2^-32.
        public var lossFixed: Int64
        /// Samples of the global batch.
        public var samples: Int
        public var learningRate: Float
        /// Before clipping.
        public var gradientNorm: Float
        /// Over the global batch; `nil` where no two domains are aligned.
        public var alignment: AlignmentSums?
    }

    /// Applies the summed gradients. All workers do the same with the same results.
    public func finishStep() throws -> Outcome {
        for parameter in parameters where parameter.isLearning { parameter.setGradient { _ in } }
        if gradients.result(segment: saturationSegment, shape: [1])[0] > 0 { return try lowerScale() }
        let norm = globalGradientNorm(parameters)
        guard norm.isFinite else { throw notFinite("the norm of the gradient is \(norm)", lane: nil) }
        if adaptScale() { return .mustRepeat }
        let rate = learningRates.rate(step: step)
        let scale = clipping.map { clippingScale(norm: norm, maximum: $0) } ?? 1
        optimizer.update(learningRate: rate, gradientScale: scale)
        followObservations()
        average?.update(updateCount: step + 1)
        let summary = StepSummary(
            step: step,
            lossFixed: FixedPointLoss.units(gradients.result(segment: lossSegment, shape: [1])[0]),
            samples: globalBatchCount, learningRate: rate, gradientNorm: norm,
            alignment: alignmentSums)
        step += 1
        beginNextSums()
        exponentsOfStep = gradients.exponents
        scaleRaises = 0
        restLowerLayers()
        return .updated(summary)
    }

    /// The sum over workers where there is one worker.
    public func reduceAlone() throws { try gradients.finish(exchangedElements) }

    /// Runs `body` with the weights that evaluation and export go by: the averaged ones where the job averages.
    public func withAveragedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let average else { return try body() }
        return try average.withAverages(body)
    }

    // MARK: - Checkpoints

    /// Everything that the coming steps depend on, but the job itself.
    public func checkpoint() throws -> [UInt8] {
        try TrainingCheckpoint(
            step: step, exponents: gradients.exponents, parameters: parameters, buffers: buffers,
            optimizerState: optimizer.stateTensors(), averages: average?.stateTensors() ?? []
        ).encoded()
    }

    /// Goes on from a checkpoint of the same job.
    ///
    /// - Throws: `TechniqueError` `.badCheckpoint` that names what does not fit.
    public func restore(_ bytes: [UInt8]) throws {
        let checkpoint = try TrainingCheckpoint.decode(
            bytes, parameters: parameters, buffers: buffers, averaged: average != nil)
        guard checkpoint.exponents.count == gradients.segmentCounts.count else {
            throw TechniqueError(.badCheckpoint, "the checkpoint is of another set of trained parameters")
        }
        do {
            let state = checkpoint.optimizerState.map { ($0.name, $0.tensor) }
            try optimizer.restoreState(Dictionary(state) { $1 })
            let averages = checkpoint.averages.map { ($0.name, $0.tensor) }
            try average?.restoreState(Dictionary(averages) { $1 })
        } catch let error as OptimizersError {
            throw TechniqueError(.badCheckpoint, error.message, context: error.tensor)
        }
        checkpoint.assign(to: parameters, buffers)
        gradients.exponents = checkpoint.exponents
        step = checkpoint.step
        beginNextSums()
        exponentsOfStep = gradients.exponents
        scaleRaises = 0
        restLowerLayers()
        // What rests has no sums; exponents are adapted to results, which must not be an earlier state's.
        for (segment, parameter) in parameters.enumerated() {
            gradients.result(segment: segment, shape: parameter.shape).fill(0)
        }
    }

    // MARK: - Parts of a step

    private var observationCountSegment: Int { parameters.count + buffers.count }
    private var lossSegment: Int { observationCountSegment + 1 }
    var saturationSegment: Int { lossSegment + 1 }
    var alignmentSegment: Int { saturationSegment + 1 }

    /// Samples of the coming step over all lanes.
    private var globalBatchCount: Int {
        tasks?.globalBatchCount(step: step) ?? schedule.globalBatchCount(step: step)
    }

    private func trainingBatch(lane: Int, from source: any MicroBatchSource) throws -> MicroBatch {
        if let batch = try tasks?.batch(step: step, lane: lane, from: source) { return batch }
        return try source.microBatch(
            split: .train, lane: lane, positions: positions(lane: lane), epoch: schedule.epoch(ofStep: step))
    }

    private func positions(lane: Int) -> [Int] {
        let epoch = schedule.epoch(ofStep: step)
        if laneOrders[lane]?.epoch != epoch {
            let order = EpochShuffle.order(
                count: schedule.laneLength(lane), seed: seed, epoch: epoch, lane: lane)
            laneOrders[lane] = LaneOrder(epoch: epoch, positions: order)
        }
        return Array(laneOrders[lane]?.positions[schedule.places(step: step, lane: lane)] ?? [])
    }

    /// As many samples of the lane's target domain as the step takes of its source domain.
    private func targetBatch(lane: Int, from source: any MicroBatchSource) throws -> MicroBatch? {
        guard program.takesTarget else { return nil }
        let epoch = schedule.epoch(ofStep: step)
        let places = schedule.places(step: step, lane: lane)
        let first = epoch * schedule.laneLength(lane) + places.lowerBound
        let count = source.laneCount(split: .target, lane: lane)
        var order =
            targetOrders[lane] ?? RepeatedShuffle(seed: seed, purpose: .target, lane: lane, count: count)
        let positions = order.positions(from: first, length: places.count)
        targetOrders[lane] = order
        guard !positions.isEmpty else { return nil }
        return try source.microBatch(split: .target, lane: lane, positions: positions, epoch: epoch)
    }

    /// Says which parameters learn in the coming step.
    private func restLowerLayers() {
        guard let unfreezing else { return }
        let active = unfreezing.activeGroups(step: step, of: layers.count)
        for (index, layer) in layers.enumerated() {
            for parameter in layer { parameter.isResting = index < layers.count - active }
        }
    }

    private func addGradients(lane: Int) throws {
        for (segment, parameter) in parameters.enumerated() {
            stepSums.take(gradientOf: parameter, segment: segment)
            guard gradients.nonFiniteCount == 0 else {
                throw notFinite("the gradient of \(parameter.name) is not finite", lane: lane)
            }
        }
    }

    /// Statistics are averaged over the step's micro-batches, in whatever process those ran.
    private func addObservations(lane: Int) throws {
        guard !buffers.isEmpty else { return }
        let counts = buffers.map { Float($0.observationCount) }
        gradients.add(Tensor(counts, shape: [counts.count]), segment: observationCountSegment)
        for (index, buffer) in buffers.enumerated() {
            guard let sum = buffer.observationSum else { continue }
            gradients.add(sum, segment: parameters.count + index)
            buffer.clearObservations()
            guard gradients.nonFiniteCount == 0 else {
                throw notFinite("what \(buffer.name) observed is not finite", lane: lane)
            }
        }
    }

    private func followObservations() {
        let counts = gradients.result(segment: observationCountSegment, shape: [buffers.count])
        for (index, buffer) in buffers.enumerated() where counts[index] > 0 {
            let sum = gradients.result(segment: parameters.count + index, shape: buffer.value.shape)
            buffer.follow(sum.scaled(by: 1 / counts[index]))
        }
    }

    private func lowerScale() throws -> Outcome {
        let lowered = gradients.exponents.map { $0 - 14 }
        guard (lowered.min() ?? 0) > FixedPointAccumulator.exponentRange.lowerBound else {
            throw TechniqueError(
                .gradientOverflow,
                "the gradients of step \(step) are too large for any scale; "
                    + "lower the learning rate", context: "step \(step)")
        }
        gradients.exponents = lowered
        beginNextSums()
        return .mustRepeat
    }

    /// Fits the scale to this step's gradients; true where some are so much smaller than it was chosen for, as in a
    /// first step, that the step must be repeated.
    ///
    /// Twice in a step at the most: where micro-batches' gradients all but cancel, no scale is fine enough for their
    /// sum and has room for each.
    private func adaptScale() -> Bool {
        let before = gradients.exponents[..<observationCountSegment]
        gradients.adaptExponents()
        let isCoarse = zip(before, gradients.exponents).contains {
            FixedPointAccumulator.isCoarse($0, for: $1)
        }
        guard isCoarse, scaleRaises < 2 else { return false }
        scaleRaises += 1
        beginNextSums()
        return true
    }

    private func beginNextSums() {
        gradients.reset()
        weightGradients = WeightGradients(count: parameters.count)
        for parameter in parameters {
            // Even where no gradient was added, sums may have been written to its memory.
            parameter.setGradient { _ in }
            parameter.clearGradient()
        }
        fixBookkeepingExponents()
    }

    /// Loss and counts are no gradients: their scale stays.
    private func fixBookkeepingExponents() {
        gradients.exponents[lossSegment] = FixedPointLoss.summationExponent
        gradients.exponents[saturationSegment] = 0
        gradients.exponents[observationCountSegment] = 0
        if program.takesTarget { gradients.exponents[alignmentSegment] = FixedPointLoss.summationExponent }
    }

    func notFinite(_ what: String, lane: Int?) -> TechniqueError {
        let place = lane.map { " of micro-batch \($0)" } ?? ""
        return TechniqueError(
            .notFinite,
            "\(what) at step \(step)\(place), with learning rate \(learningRates.rate(step: step)): lower the "
                + "learning rate, lengthen the warm-up or set gradient_clipping",
            context: "step \(step)")
    }
}
