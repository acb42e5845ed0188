import Collectives
import Foundation
import TrainingJobs
import TransferTechniques
import WireProtocol

extension JobMember {
    /// Runs the steps of a segment, then evaluates, and begins to upload the state, as asked.
    func run(_ segment: RunSegment) async throws -> SegmentDone {
        let prepared = try requirePrepared()
        try requireFeatures(prepared)
        try await stand(at: max(segment.firstStep, segment.resumeStep), of: segment, prepared)
        let start = ContinuousClock.now
        var timings = SegmentTimings()
        var done = SegmentDone(
            jobID: order.jobID, generation: order.generation, segment: segment.segment,
            workerID: environment.workerID, endStep: segment.endStep)
        begin("training", total: segment.endStep)
        while prepared.session.step < segment.endStep {
            records.append(StepRecord(try await step(prepared, &timings)))
            environment.board.advance(to: prepared.session.step, of: segment.endStep)
        }
        if isRankZero { done.steps = records.filter { $0.step >= segment.firstStep } }
        if segment.evaluate {
            let evaluationStart = ContinuousClock.now
            done.evaluation = try evaluate(prepared, split: .validation)
            timings.evaluateSeconds = evaluationStart.duration(to: .now).inSeconds
        }
        if segment.checkpoint, isRankZero {
            let checkpointStart = ContinuousClock.now
            try await uploadSnapshot(of: prepared.session)
            timings.checkpointSeconds = checkpointStart.duration(to: .now).inSeconds
        }
        timings.totalSeconds = start.duration(to: .now).inSeconds
        done.timings = timings
        return done
    }

    /// Takes over the segment's state where this worker does not stand at its beginning; where sums are not exact, a
    /// state is not known by its step. The results of the segment before it are kept: where its checkpoint is never
    /// stored, the job goes back to it.
    private func stand(at step: Int, of segment: RunSegment, _ prepared: Prepared) async throws {
        let mayDiffer = prepared.session.step != step || !prepared.specification.training.isExact
        if mayDiffer, let state = segment.state {
            try await restore(state, prepared)
        }
        guard prepared.session.step == step, segment.endStep >= step else {
            throw WorkerError(
                .outOfOrder,
                "segment \(segment.segment) begins at step \(step), this worker stands at "
                    + "\(prepared.session.step)", context: order.jobID)
        }
        let first = min(latestFirstStep, segment.firstStep)
        records.removeAll { !(first..<step).contains($0.step) }
        latestFirstStep = segment.firstStep
    }

    /// Goes on from a checkpoint in the blob store.
    func restore(_ file: FileReference, _ prepared: Prepared) async throws {
        let bytes = try await environment.transfer.bytes(of: file, name: "the job's checkpoint")
        try restore(bytes, into: prepared.session)
        records = []
    }

    /// Uploads the state that this worker stands at.
    func handIn() async throws -> StateHandedIn {
        let session = try requirePrepared().session
        let file = try await environment.transfer.upload(
            bytes: try session.checkpoint(), path: "checkpoint.safetensors")
        return StateHandedIn(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID,
            step: session.step, checkpoint: file, steps: records)
    }

    /// One step: the owned micro-batches, the sum over all workers, the update.
    private func step(_ prepared: Prepared, _ timings: inout SegmentTimings) async throws
        -> TrainingSession.StepSummary
    {
        let session = prepared.session
        guard let exchanger = prepared.exchanger else {
            throw WorkerError(
                .outOfOrder, "job \(order.jobID) has no ring between two generations", context: order.jobID)
        }
        while true {
            let start = ContinuousClock.now
            let lanes = session.lanesOfStep
            for lane in lanes {
                try Task.checkCancellation()
                try session.accumulate(lane: lane, from: prepared.samples)
            }
            let (accumulated, bytes) = try await sumUp(session, exchanger)
            let exchanged = ContinuousClock.now
            let outcome = try session.finishStep()
            timings.laneSeconds += start.duration(to: accumulated).inSeconds
            timings.microBatches += lanes.count
            timings.exchangedBytes += bytes
            timings.exchangeSeconds += accumulated.duration(to: exchanged).inSeconds
            timings.computeSeconds +=
                start.duration(to: accumulated).inSeconds + exchanged.duration(to: .now).inSeconds
            if case .updated(let summary) = outcome { return summary }
        }
    }

    /// Sums the step's gradients over this worker's micro-batches and over all workers. What has several parts is
    /// exchanged while the next one is computed.
    ///
    /// - Returns: when this worker's own work was done, and the bytes that it sent.
    private func sumUp(_ session: TrainingSession, _ exchanger: GradientExchanger) async throws -> (
        ContinuousClock.Instant, Int
    ) {
        let sums = session.gradients
        guard exchanger.isAside else {
            try session.finishAccumulation()
            let accumulated = ContinuousClock.now
            var bytes = 0
            for part in session.exchangedParts {
                try Task.checkCancellation()
                bytes += try await exchanger.exchange(CompletedSums(sums: sums, elements: part))
            }
            return (accumulated, bytes)
        }
        let (parts, source) = AsyncStream.makeStream(of: CompletedSums.self)
        // Where computing throws, the exchange is cancelled and awaited: nothing touches the sums after this.
        async let exchange = exchanger.exchange(parts)
        do {
            defer { source.finish() }
            try session.finishAccumulation { part in
                try Task.checkCancellation()
                source.yield(CompletedSums(sums: sums, elements: part))
            }
        }
        let accumulated = ContinuousClock.now
        return (accumulated, try await exchange)
    }

    /// Evaluates the present state, or another checkpoint, on a split.
    func evaluate(_ command: EvaluateModel) async throws -> ModelEvaluated {
        let prepared = try requirePrepared()
        try requireFeatures(prepared)
        guard let split = DataSplit(rawValue: command.split) else {
            throw WorkerError(.badContent, "the coordinator asks for a split \"\(command.split)\"")
        }
        begin("evaluating")
        let start = ContinuousClock.now
        let counts = try await withState(command.checkpoint, prepared) {
            try self.evaluate(prepared, split: split)
        }
        return ModelEvaluated(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID,
            split: command.split, evaluation: counts, seconds: start.duration(to: .now).inSeconds)
    }

    /// Runs `body` with the parameters of a checkpoint, and puts the present state back.
    func withState<Result>(
        _ checkpoint: FileReference?, _ prepared: Prepared, _ body: () throws -> Result
    ) async throws -> Result {
        guard let checkpoint, !checkpoint.sha256.isEmpty else { return try body() }
        let bytes = try await environment.transfer.bytes(of: checkpoint, name: "the job's checkpoint")
        let present = try prepared.session.checkpoint()
        try restore(bytes, into: prepared.session)
        let result = Swift.Result { try body() }
        try restore(present, into: prepared.session)
        return try result.get()
    }

    private func evaluate(_ prepared: Prepared, split: DataSplit) throws -> [EvaluationCounts] {
        let board = environment.board
        let tasks = prepared.plan.tasks.indices
        let sources = tasks.map { prepared.samples.ofTask($0) }
        let total = sources.reduce(0) { total, source in
            order.lanes.reduce(total) { $0 + source.laneCount(split: split, lane: $1) }
        }
        var before = 0
        return try prepared.session.withAveragedWeights {
            try tasks.map { task in
                let result = try SplitEvaluation.run(
                    prepared.program, task: task, split: split, lanes: order.lanes, source: prepared.samples
                ) { done in
                    try Task.checkCancellation()
                    board.advance(to: before + done, of: total)
                }
                before += result.samples
                return EvaluationCounts(
                    task: task, split: split.rawValue, samples: result.samples, confusion: result.confusion,
                    lossFixed: result.lossFixed)
            }
        }
    }

    private func requireFeatures(_ prepared: Prepared) throws {
        guard prepared.frozenIdentity == nil || prepared.samples.catalog != nil else {
            throw WorkerError(
                .outOfOrder,
                "job \(order.jobID): features have not been extracted in generation \(order.generation)",
                context: order.jobID)
        }
    }
}

extension StepRecord {
    init(_ summary: TrainingSession.StepSummary) {
        self.init(
            step: summary.step, lossFixed: summary.lossFixed, samples: summary.samples,
            learningRate: summary.learningRate, gradientNorm: summary.gradientNorm,
            alignment: summary.alignment.map {
                DomainAlignment(
                    lossFixed: $0.lossFixed, samples: $0.samples, correct: $0.correct, judged: $0.judged)
            })
    }
}
