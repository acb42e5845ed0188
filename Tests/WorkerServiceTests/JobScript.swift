import Foundation
import TrainingJobs
import WireProtocol

/// What a coordinator does with a job, step by step.
struct JobScript: Sendable {
    let fixture: WorkerFixture
    let specification: JobSpecification
    let jobID: String
    let workerIDs: [String]
    var generation = 1
    /// Lanes by worker; `nil`: dealt round.
    var shares: [[Int]]?

    var coordinator: FakeCoordinator { fixture.coordinator }

    /// Tells the workers to prepare, without waiting for them.
    func order(
        checkpoint: FileReference? = nil, startStep: Int = 0, heldLimit: Int = 0
    ) async throws {
        var orders = try await fixture.preparations(
            specification, jobID: jobID, generation: generation, workerIDs: workerIDs, checkpoint: checkpoint,
            startStep: startStep, shares: shares)
        for index in orders.indices { orders[index].heldLimit = heldLimit }
        for (id, order) in zip(workerIDs, orders) {
            try await coordinator.command(.prepareJob(order), to: id)
        }
    }

    func prepare(
        checkpoint: FileReference? = nil, startStep: Int = 0, heldLimit: Int = 0
    ) async throws -> [JobPrepared] {
        try await order(checkpoint: checkpoint, startStep: startStep, heldLimit: heldLimit)
        return try await reports { if case .jobPrepared(let report) = $0 { report } else { nil } }
    }

    func extract() async throws -> [FeaturesExtracted] {
        for id in workerIDs {
            try await coordinator.command(
                .extractFeatures(ExtractFeatures(jobID: jobID, generation: generation)), to: id)
        }
        return try await reports { if case .featuresExtracted(let report) = $0 { report } else { nil } }
    }

    /// Runs a segment and waits until the state at its end is stored as well: rank 0's report has that file here.
    func run(
        segment: Int = 0, from first: Int = 0, to end: Int, resuming resume: Int = 0,
        state: FileReference? = nil
    ) async throws -> [SegmentDone] {
        try await start(segment: segment, from: first, to: end, resuming: resume, state: state)
        var reports = try await done(segment: segment)
        let stored = try await stored(step: end)
        reports[stored.workerID]?.checkpoint = stored.file
        return Array(reports.values)
    }

    /// The members' reports of a segment, by worker.
    func done(segment: Int) async throws -> [String: SegmentDone] {
        // A report whose receipt was slow comes again: one of each worker is wanted, of this segment.
        var reports: [String: SegmentDone] = [:]
        while reports.count < workerIDs.count {
            let report = try await coordinator.report { body -> SegmentDone? in
                guard case .segmentDone(let report) = body, report.jobID == jobID else { return nil }
                return report.segment == segment && report.generation == generation ? report : nil
            }
            reports[report.workerID] = report
        }
        return reports
    }

    func stored(step: Int) async throws -> CheckpointStored {
        try await coordinator.report { body -> CheckpointStored? in
            guard case .checkpointStored(let report) = body, report.jobID == jobID else { return nil }
            return report.step == step && report.generation == generation ? report : nil
        }
    }

    func start(
        segment: Int = 0, from first: Int = 0, to end: Int, resuming resume: Int = 0,
        state: FileReference? = nil, evaluating evaluates: Bool = true, only ids: [String]? = nil
    ) async throws {
        let order = RunSegment(
            jobID: jobID, generation: generation, segment: segment, firstStep: first, endStep: end,
            evaluate: evaluates, checkpoint: true, resumeStep: resume, state: state)
        for id in ids ?? workerIDs { try await coordinator.command(.runSegment(order), to: id) }
    }

    func failure() async throws -> JobFailed {
        try await coordinator.report { if case .jobFailed(let report) = $0 { report } else { nil } }
    }

    func handIn(_ id: String) async throws -> StateHandedIn {
        try await coordinator.command(
            .handInState(HandInState(jobID: jobID, generation: generation)), to: id)
        return try await coordinator.report {
            if case .stateHandedIn(let report) = $0 { report } else { nil }
        }
    }

    func release(hold: Bool = false) async throws {
        for id in workerIDs {
            try await coordinator.command(
                .releaseJob(ReleaseJob(jobID: jobID, generation: generation, hold: hold)), to: id)
        }
    }

    /// One report of every worker, in no order.
    private func reports<Report: Sendable>(_ pick: @Sendable (WireBody) -> Report?) async throws -> [Report] {
        var reports: [Report] = []
        for _ in workerIDs { reports.append(try await coordinator.report(pick)) }
        return reports
    }
}

extension [SegmentDone] {
    var rankZero: SegmentDone? { first { $0.checkpoint != nil } }

    /// Counts of all workers together: confusion, then samples, then losses.
    var evaluation: [Int] {
        let counts = flatMap(\.evaluation)
        let confusion = (0..<4).map { index in counts.reduce(0) { $0 + $1.confusion[index] } }
        return confusion + [
            counts.reduce(0) { $0 + $1.samples }, Int(counts.reduce(0) { $0 + $1.lossFixed }),
        ]
    }
}
