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
/// workers, as the seed says.
struct SimulatedCluster {
    var driver: JobDriver
    private var generator: SeededGenerator
    private var members: [String: SimulatedMember] = [:]
    private var inFlight: [JobEvent] = []
    /// Everything ever reported: any of it may come again, at any time.
    private var history: [JobEvent] = []
    private let skill: (@Sendable (Int) -> Double)?
    private let workerCount: Int
    private(set) var lossCount = 0
    private(set) var restartCount = 0
    private(set) var growthCount = 0
    private(set) var pauseCount = 0
    /// Generations that began in the middle of a segment, and those of them where a state was handed in.
    private(set) var heldStartCount = 0
    private(set) var handInCount = 0

    init(
        seed: UInt64, workers: Int, specification: JobSpecification, plan: DatasetPlan,
        skill: (@Sendable (Int) -> Double)? = nil
    ) {
        driver = JobDriver(specification: specification, plan: plan)
        generator = SeededGenerator(state: seed)
        workerCount = workers
        self.skill = skill
    }

    /// - Parameters:
    ///   - losses: chance per event that a member is lost, in percent.
    ///   - restarts: chance per event that the coordinator restarts, in percent.
    ///   - pauses: chance per event that the job is paused, and later resumed, in percent.
    ///   - joins: chance per event that the workers that are no members are idle, in percent.
    mutating func run(
        losses: Int, restarts: Int, joins: Int = 0, pauses: Int = 0, maximumEvents: Int = 20_000
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
                guard case .report(member.workerID, generation, .segmentDone(let done)) = $0 else {
                    return false
                }
                return done.segment == segment.number
            }
            inFlight.removeAll(where: isUnsaid)
            history.removeAll(where: isUnsaid)
        }
    }

    private mutating func deliver(_ event: JobEvent) {
        let before = driver.members.count
        defer { if before > 0, driver.members.count > before { growthCount += 1 } }
        for (workerID, generation, command) in driver.handle(event).commands {
            var member = members[workerID] ?? SimulatedMember(plan: driver.plan, skill: skill)
            if command == .handIn { handInCount += 1 }
            if case .run(let segment) = command, segment.resumeStep > segment.firstStep {
                heldStartCount += 1
            }
            if let report = member.answer(command) {
                let event = JobEvent.report(workerID: workerID, generation: generation, report)
                inFlight.append(event)
                history.append(event)
            }
            members[workerID] = member
        }
    }
}
