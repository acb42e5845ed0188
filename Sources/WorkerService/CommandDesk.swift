import Logging
import WireProtocol

/// Takes the coordinator's commands: acknowledges each at once, runs them one after the other, and reports.
///
/// A command that is repeated is not run again: while it runs the repeat is only acknowledged, and afterwards
/// its report is sent once more. A newer generation, another job or a release cancels what is under way.
actor CommandDesk {
    private enum Progress {
        case running
        case reported(WireBody)
    }

    /// A command within its generation.
    private enum CommandName: Hashable {
        case prepare, handIn, extract
        case segment(Int)
        case evaluate(split: String, checkpoint: String)
        case export(checkpoint: String)
    }

    private struct Held {
        let jobID: String
        let member: JobMember
        /// Lets it go after a time.
        let expiry: Task<Void, Never>
    }

    /// How long a job's state is held for its next generation. Another job ends it at once, and so does the
    /// coordinator when the job has ended.
    private static let holdingTime = Duration.seconds(300)

    private let environment: JobEnvironment
    private var generation: Generation?
    private var member: JobMember?
    /// The member of a job whose generation has ended, and which may go on in another.
    private var held: Held? {
        didSet { environment.board.hold(held?.jobID ?? "") }
    }
    private var progress: [CommandName: Progress] = [:]
    /// The latest piece of work; each waits for the one before.
    private var latest: Task<Void, Never>?
    /// Work of this generation that has not ended.
    private var unfinished: [Int: Task<Void, Never>] = [:]
    private var workCount = 0

    init(environment: JobEnvironment) { self.environment = environment }

    /// Ends what is under way and forgets the job.
    func stop() async {
        release(holding: false)
        await latest?.value
    }

    func handle(_ envelope: Envelope) async {
        guard envelope.body.isCommand else {
            environment.logger.debug("an unexpected message from the coordinator was passed over")
            return
        }
        try? await environment.coordinator.channel.send(
            envelope.reply(.acknowledged(Acknowledged())), deadline: .now + .seconds(5))
        switch envelope.body {
        case .prepareJob(let order): prepare(order)
        case .handInState(let order):
            perform(.handIn, of: Generation(jobID: order.jobID, number: order.generation)) {
                .stateHandedIn(try await $0.handIn())
            }
        case .extractFeatures(let order):
            perform(.extract, of: Generation(jobID: order.jobID, number: order.generation)) {
                .featuresExtracted(try await $0.extractFeatures())
            }
        case .runSegment(let order):
            perform(.segment(order.segment), of: Generation(jobID: order.jobID, number: order.generation)) {
                .segmentDone(try await $0.run(order))
            }
        case .evaluateModel(let order):
            let name = CommandName.evaluate(split: order.split, checkpoint: order.checkpoint?.sha256 ?? "")
            perform(name, of: Generation(jobID: order.jobID, number: order.generation)) {
                .modelEvaluated(try await $0.evaluate(order))
            }
        case .exportModel(let order):
            let name = CommandName.export(checkpoint: order.checkpoint?.sha256 ?? "")
            perform(name, of: Generation(jobID: order.jobID, number: order.generation)) {
                .modelExported(try await $0.export(order))
            }
        case .releaseJob(let order):
            if let generation, generation.jobID == order.jobID, generation.number <= order.generation {
                release(holding: order.hold)
            } else if !order.hold, held?.jobID == order.jobID {
                letGo(endsUpload: true)
            }
        default: break
        }
    }

    private func prepare(_ order: PrepareJob) {
        let new = Generation(jobID: order.jobID, number: order.generation)
        if let generation, generation.jobID == new.jobID, generation.number > new.number { return }
        if generation != new {
            if let generation { release(holding: generation.jobID == new.jobID) }
            generation = new
            member = takeHeld(new.jobID) ?? JobMember(order: order, environment: environment)
        }
        perform(.prepare, of: new) { member in
            await member.join(order)
            return .jobPrepared(try await member.prepare())
        }
    }

    private func perform(
        _ name: CommandName, of generation: Generation,
        _ operation: @escaping @Sendable (JobMember) async throws -> WireBody
    ) {
        guard generation == self.generation, let member else {
            environment.logger.debug(
                "a command for generation \(generation.number) of job \(generation.jobID) came too late")
            return
        }
        switch progress[name] {
        case .running: return
        case .reported(let report):
            enqueue { desk in try? await desk.environment.coordinator.report(report) }
        case nil:
            forgetReports(before: name)
            progress[name] = .running
            enqueue { desk in await desk.run(name, of: generation, with: member, operation) }
        }
    }

    private func enqueue(_ body: @escaping @Sendable (CommandDesk) async -> Void) {
        workCount += 1
        let number = workCount
        let earlier = latest
        let task = Task {
            await earlier?.value
            if !Task.isCancelled { await body(self) }
            unfinished[number] = nil
        }
        latest = task
        unfinished[number] = task
    }

    /// A job has many segments; only the latest can still be asked for again.
    private func forgetReports(before name: CommandName) {
        guard case .segment(let number) = name else { return }
        progress = progress.filter { entry in
            if case .segment(let other) = entry.key { return other >= number - 1 }
            return true
        }
    }

    private func run(
        _ name: CommandName, of generation: Generation, with member: JobMember,
        _ operation: @Sendable (JobMember) async throws -> WireBody
    ) async {
        var report: WireBody
        do {
            report = try await operation(member)
            if let error = Self.wireError(of: report) {
                report = FailureReport.report(
                    unsendable: error, isPreparation: name == .prepare, generation: generation,
                    workerID: environment.workerID)
                environment.logger.error("\(error)", metadata: ["job": "\(generation.jobID)"])
            }
        } catch {
            // What a cancelled command throws is nobody's failure.
            guard !Task.isCancelled else { return }
            report = FailureReport.report(
                error, isPreparation: name == .prepare, generation: generation,
                workerID: environment.workerID, members: await member.order.members)
            environment.logger.error("\(error)", metadata: ["job": "\(generation.jobID)"])
        }
        guard generation == self.generation, !Task.isCancelled else { return }
        progress[name] = .reported(report)
        environment.board.rest()
        try? await environment.coordinator.report(report)
    }

    /// Why no message can hold a report: too large, or with text or numbers that have no place in one.
    private static func wireError(of report: WireBody) -> WireError? {
        do {
            _ = try Envelope(body: report).encode()
            return nil
        } catch {
            return error as? WireError ?? WireError(.unrepresentable, "\(error)")
        }
    }

    /// Cancels what is under way and leaves the generation. Later commands wait until the sockets, and where
    /// nothing is held the files as well, are given back.
    private func release(holding: Bool) {
        for task in unfinished.values { task.cancel() }
        unfinished.removeAll()
        if !holding { letGo() }
        if let member, let generation {
            enqueue { desk in
                if holding { await member.suspend() } else { await member.release(endsUpload: true) }
                desk.environment.board.idle()
            }
            if holding { hold(member, of: generation.jobID) }
            // Nobody cancels giving back.
            unfinished.removeAll()
        }
        member = nil
        generation = nil
        progress.removeAll()
    }
}

// One job's state is held between two of its generations.
extension CommandDesk {
    private func hold(_ member: JobMember, of jobID: String) {
        letGo()
        let expiry = Task {
            try? await Task.sleep(for: Self.holdingTime)
            if !Task.isCancelled { letGo() }
        }
        held = Held(jobID: jobID, member: member, expiry: expiry)
    }

    /// The member that is held for a job; of another job it is let go.
    private func takeHeld(_ jobID: String) -> JobMember? {
        guard let held, held.jobID == jobID else {
            letGo()
            return nil
        }
        held.expiry.cancel()
        self.held = nil
        return held.member
    }

    /// A job that is let go for another one still wants its last checkpoint.
    private func letGo(endsUpload: Bool = false) {
        guard let held else { return }
        held.expiry.cancel()
        self.held = nil
        enqueue { _ in await held.member.release(endsUpload: endsUpload) }
        unfinished.removeValue(forKey: workCount)
    }
}

extension WireBody {
    /// Whether this is something that a coordinator tells a worker to do.
    fileprivate var isCommand: Bool {
        switch self {
        case .prepareJob, .handInState, .extractFeatures, .runSegment, .evaluateModel, .exportModel,
            .releaseJob:
            true
        default: false
        }
    }
}
