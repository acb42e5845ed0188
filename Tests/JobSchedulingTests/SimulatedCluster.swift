import TrainingJobs

@testable import JobScheduling

/// SplitMix64: the same schedule for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Runs a driver against simulated members over a network that repeats, delays and reorders reports, and loses
/// workers, as the seed says. Checkpoints are stored early, late or never.
struct SimulatedCluster {
    var driver: JobDriver
    private var generator: SeededGenerator
    private var members: [String: SimulatedMember] = [:]
    private var inFlight: [JobEvent] = []
    /// Everything ever reported: any of it may come again, at any time.
    private var history: [JobEvent] = []
    private let skill: (@Sendable (Int) -> Double)?
    private let workerCount: Int
    /// Members' speeds change all the time.
    private let hasFickleHosts: Bool
    private(set) var lossCount = 0
    private(set) var restartCount = 0
    private(set) var growthCount = 0
    private(set) var pauseCount = 0
    /// Generations that began in the middle of a segment, and those of them where a state was handed in.
    private(set) var heldStartCount = 0
    private(set) var handInCount = 0
    /// Segments that ran while the checkpoint of the one before was under way.
    private(set) var aheadCount = 0
    private(set) var damageCount = 0
    /// Checkpoints that were waited for no longer.
    private(set) var givenUpCount = 0
    private(set) var moveCount = 0

    init(
        seed: UInt64, workers: Int, specification: JobSpecification, plan: DatasetPlan,
        skill: (@Sendable (Int) -> Double)? = nil, fickleHosts: Bool = false
    ) {
        hasFickleHosts = fickleHosts
        driver = JobDriver(specification: specification, plan: plan)
        generator = SeededGenerator(state: seed)
        workerCount = workers
        self.skill = skill
    }

    /// - Parameters:
    ///   - losses: chance per event that a member is lost, in percent.
    ///   - restarts: chance per event that the coordinator restarts, in percent.
    ///   - pauses: chance per event that the job is paused, and later resumed, in percent.
    ///   - damages: chance per event that a stored checkpoint is lost, in percent.
    ///   - joins: chance per event that the workers that are no members are idle, in percent.
    mutating func run(
        losses: Int, restarts: Int, joins: Int = 0, pauses: Int = 0, damages: Int = 0,
        maximumEvents: Int = 20_000
    ) -> JobDriver
        .Outcome?
    {
        for _ in 0..<maximumEvents {
            if let outcome = driver.outcome { return outcome }
            if driver.state == .queued { assign() }
            if chance(losses), driver.progress.lossesWithoutProgress < FailurePolicy.maximumLosses - 1 {
                lose()
            }
            if chance(restarts) { restart() }
            if chance(joins) { offer() }
            if chance(damages) { damage() }
            if driver.state == .paused { deliver(.resume) } else if chance(pauses) { pause() }
            if chance(20), let old = history.randomElement(using: &generator) { deliver(old) }
            guard let index = inFlight.indices.randomElement(using: &generator) else { continue }
            let event = inFlight.remove(at: index)
            if chance(15) { inFlight.append(event) }
            deliver(event)
        }
        return nil
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    private mutating func assign() {
        let present = JobFixture.candidates(workerCount).filter { _ in chance(75) }
        let outcome = WorkerAssignment.choose(
            from: present, range: driver.specification.workers, laneCount: driver.plan.laneCount,
            requiredFamily: driver.requiredFamily)
        if case .assigned(let members) = outcome { deliver(.assign(members)) }
    }

    private mutating func offer() {
        let idle = JobFixture.candidates(workerCount).filter { candidate in
            !driver.members.contains { $0.workerID == candidate.workerID }
        }
        deliver(.idleWorkers(idle))
    }

    private mutating func lose() {
        guard let member = driver.members.randomElement(using: &generator) else { return }
        lossCount += 1
        interrupt()
        members[member.workerID] = nil
        // What it was uploading may be whole all the same.
        if chance(50) { dropUploads(of: member.workerID) }
        let reporter = driver.members.first { $0.workerID != member.workerID }
        if let reporter, chance(50) {
            let failure = JobFailure(code: "peer-lost", message: "deadline passed")
            let report = MemberReport.failed(failure, lostWorkerID: member.workerID)
            deliver(
                .report(workerID: reporter.workerID, generation: driver.progress.generation, report))
        } else {
            deliver(.workerLost(workerID: member.workerID, .crash("killed")))
        }
    }

    private mutating func damage() {
        guard let file = driver.progress.neededCheckpoints.randomElement(using: &generator) else { return }
        damageCount += 1
        let event = JobEvent.checkpointLost(sha256: file.sha256)
        var trial = driver
        if !trial.handle(event).commands.isEmpty { interrupt() }
        deliver(event)
    }

    private mutating func pause() {
        pauseCount += 1
        deliver(.pause)
    }

    /// A coordinator has only what was stored.
    private mutating func restart() {
        guard driver.outcome == nil else { return }
        restartCount += 1
        interrupt()
        driver = JobDriver(
            specification: driver.specification, plan: driver.plan, progress: driver.progress)
    }

    /// Ends a segment under way: members that have not reported stand somewhere in it, at most a step apart.
    private mutating func interrupt() {
        guard case .training(let segment, let results) = driver.phase else { return }
        let generation = driver.progress.generation
        let last = results.isEmpty ? segment.resumeStep : max(segment.resumeStep, segment.endStep - 1)
        let common = Int.random(in: last...segment.endStep, using: &generator)
        for member in driver.members where results[member.workerID] == nil {
            let step = min(segment.endStep, common + Int.random(in: 0...1, using: &generator))
            guard step < segment.endStep else { continue }
            members[member.workerID]?.interrupt(at: step)
            let isUnsaid: (JobEvent) -> Bool = {
                guard case .report(member.workerID, generation, let report) = $0 else { return false }
                switch report {
                case .segmentDone(let done): return done.segment == segment.number
                case .checkpointStored(let step, _): return step == segment.endStep
                default: return false
                }
            }
            inFlight.removeAll(where: isUnsaid)
            history.removeAll(where: isUnsaid)
        }
    }

    private mutating func deliver(_ event: JobEvent) {
        let before = driver
        let directives = driver.handle(event)
        if directives.logText.contains("move to faster workers") { moveCount += 1 }
        for (workerID, generation, command) in directives.commands {
            if case .prepare = command { settleUploads(of: workerID) }
            var member = members[workerID] ?? newMember()
            if hasFickleHosts {
                member.secondsPerMicroBatch = [0.1, 0.2, 1].randomElement(using: &generator) ?? 0.1
            }
            if let report = member.answer(command) { send(report, workerID, generation) }
            if let upload = member.takeUpload() { send(upload, workerID, generation) }
            members[workerID] = member
            count(command)
        }
        if before.members.count > 0, driver.members.count > before.members.count { growthCount += 1 }
        if before.uncommitted != nil, driver.progress.step == before.progress.step,
            driver.uncommitted == nil, driver.outcome == nil
        {
            givenUpCount += 1
        }
    }

    private func newMember() -> SimulatedMember {
        var member = SimulatedMember(plan: driver.plan, skill: skill)
        member.uploadsLater = true
        return member
    }

    private mutating func send(_ report: MemberReport, _ workerID: String, _ generation: Int) {
        let event = JobEvent.report(workerID: workerID, generation: generation, report)
        inFlight.append(event)
        history.append(event)
    }

    private mutating func count(_ command: MemberCommand) {
        if command == .handIn { handInCount += 1 }
        guard case .run(let segment) = command else { return }
        if segment.resumeStep > segment.firstStep { heldStartCount += 1 }
        if driver.uncommitted != nil { aheadCount += 1 }
    }

    /// A worker that says that it is prepared has said before what became of its upload.
    private mutating func settleUploads(of workerID: String) {
        let uploads = inFlight.filter { Self.isUpload($0, of: workerID) }
        dropUploads(of: workerID)
        guard !chance(30) else { return }
        for upload in uploads { _ = driver.handle(upload) }
    }

    private mutating func dropUploads(of workerID: String) {
        let dropped = inFlight.filter { Self.isUpload($0, of: workerID) }
        inFlight.removeAll { Self.isUpload($0, of: workerID) }
        history.removeAll { dropped.contains($0) }
    }

    private static func isUpload(_ event: JobEvent, of workerID: String) -> Bool {
        if case .report(workerID, _, .checkpointStored) = event { true } else { false }
    }
}
