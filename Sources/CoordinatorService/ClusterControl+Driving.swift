import ContentStore
import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Carrying out what a job's driver decides.
extension ClusterControl {
    /// A worker's report. Reports on jobs and generations that are over are acknowledged and ignored.
    func take(_ report: AddressedReport) throws -> WireBody {
        guard let driver = jobs[report.jobID]?.driver,
            driver.progress.generation == report.generation || report.outlivesGeneration
        else {
            return .acknowledged(Acknowledged())
        }
        // A repeat may name a checkpoint that has been removed since; it changes nothing and is no lie.
        var trial = driver
        _ = trial.handle(report.event)
        guard trial != driver else { return .acknowledged(Acknowledged()) }
        let objection = objection(to: report)
        if objection == nil, report.endsSegment {
            // Nothing comes between this look at the workers and the driver's choice among them.
            let round = round()
            try apply(.idleWorkers(round.joiners[report.jobID] ?? []), to: report.jobID)
            try apply(.claimed(round.concessions[report.jobID]), to: report.jobID)
            try apply(.drained(registry.drainedMembers(of: report.jobID)), to: report.jobID)
        }
        try apply(objection ?? report.event, to: report.jobID)
        return .acknowledged(Acknowledged())
    }

    /// What becomes of a report that names files which are not there, or could not be.
    private func objection(to report: AddressedReport) -> JobEvent? {
        for blob in report.blobs {
            guard LogicalPath.isValid(blob.path) else {
                let failure = JobFailure(
                    code: "bad-report", message: "\"\(blob.path)\" is no path of a file within a folder.",
                    context: "worker \(report.workerID)")
                return .report(
                    workerID: report.workerID, generation: report.generation,
                    .failed(failure, lostWorkerID: nil))
            }
            guard blobs.contains(blob.sha256) else {
                let reason = "it reported \(blob.path) (\(blob.sha256)), which is not in the store"
                return .workerLost(workerID: report.workerID, .crash(reason))
            }
        }
        return nil
    }

    /// A worker refused a command: it cannot serve the job.
    func commandRefused(_ requestID: String, _ refusal: Refusal) throws {
        guard let command = commands.command(requestID) else { return }
        guard !command.isRelease else {
            _ = commands.acknowledge(requestID)
            return
        }
        let failure = JobFailure(code: refusal.code, message: refusal.message)
        try apply(
            .report(
                workerID: command.workerID, generation: command.generation,
                .failed(failure, lostWorkerID: nil)),
            to: command.jobID)
        // Last: were the failure not stored, the command would be sent again and refused again.
        _ = commands.acknowledge(requestID)
    }

    /// Gives an event to a job's driver, stores what has come of it, and only then acts on it.
    ///
    /// - Parameter request: the client's request behind it, stored with what it changes.
    func apply(_ event: JobEvent, to jobID: String, request: String? = nil) throws {
        guard var job = jobs[jobID], var driver = job.driver else { return }
        let before = driver
        let directives = driver.handle(event)
        job.driver = driver
        if let request { job.record.lastRequest = request }
        let progressed = driver.progress != before.progress
        guard progressed || !directives.isEmpty || driver.state != before.state else {
            // A report that others must complete: a restart begins a new generation, which asks anew.
            jobs[jobID] = job
            return
        }
        var change = try change(of: job, driver, since: before.progress, directives)
        if driver.state.isFinal {
            try JobCompletion(blobs: blobs, wallTime: wallTime).complete(&change, job, driver)
        }
        try store.save(change)
        job.record = change.record
        jobs[jobID] = job
        carryOut(directives, job, driver, before)
        if driver.state.isFinal { forget(job) }
        if !driver.state.isRunning { try schedule() }
    }

    private func change(
        of job: ActiveJob, _ driver: JobDriver, since before: TrainingProgress, _ directives: [JobDirective]
    ) throws -> JobChange {
        let progressed = driver.progress != before
        var record = job.record
        record.state = driver.state
        record.message = driver.message
        if driver.state == .preparing, record.startedAt == nil { record.startedAt = wallTime }
        if progressed { record.progressJSON = try CanonicalJSON.encode(driver.progress.withoutSegments) }
        let lines = directives.compactMap { directive -> LogRecord? in
            guard case .log(let level, let text) = directive else { return nil }
            return LogRecord(time: wallTime, level: level.rawValue, source: "coordinator", message: text)
        }
        let held = Set(driver.progress.neededCheckpoints.map(\.sha256))
        let (known, count) = (before.segments.count, driver.progress.segments.count)
        return JobChange(
            record: record, lines: lines, pins: progressed ? [.checkpoint: held] : [:],
            segments: try driver.progress.encodedSegments(from: known),
            droppedSegments: count < known ? count : nil)
    }

    private func carryOut(
        _ directives: [JobDirective], _ job: ActiveJob, _ driver: JobDriver, _ before: JobDriver
    ) {
        if driver.progress.generation != before.progress.generation || driver.members.isEmpty {
            commands.supersede(jobID: job.id)
            registry.release(jobID: job.id)
        }
        for member in driver.members where registry[member.workerID] != nil {
            registry[member.workerID]?.assignment = WorkerRegistry.Assignment(
                jobID: job.id, generation: driver.progress.generation)
        }
        for directive in directives {
            switch directive {
            case .command(let workerID, let generation, let command):
                guard registry[workerID]?.isLive == true else { continue }
                send(
                    CommandMessages.body(of: command, generation: generation, job: job, driver: driver),
                    to: workerID, jobID: job.id, generation: generation, isRelease: command.endsMembership)
            case .suspect(let workerID):
                registry[workerID]?.isSuspect = true
            case .log(let level, let text):
                log(level, text, job)
            }
        }
        retireCheckpoints(before, driver)
    }

    private func log(_ level: DirectiveLevel, _ text: String, _ job: ActiveJob) {
        switch level {
        case .info: logger.info("\(text)", metadata: ["job": "\(job.id)"])
        case .warning: logger.warning("\(text)", metadata: ["job": "\(job.id)"])
        case .error: logger.error("\(text)", metadata: ["job": "\(job.id)"])
        }
    }

    /// Checkpoints that are neither the last nor the best go, after a moment in which repeats may still come.
    private func retireCheckpoints(_ before: JobDriver, _ after: JobDriver) {
        var gone = Set(before.progress.neededCheckpoints.map(\.sha256))
        if after.state != .done { gone.subtract(after.progress.neededCheckpoints.map(\.sha256)) }
        guard !gone.isEmpty else { return }
        let transfers = transfers
        Task { await transfers.retire(gone) }
    }

    /// A job that has ended lives on in the store only.
    func forget(_ job: ActiveJob) {
        job.planning?.cancel()
        jobs[job.id] = nil
    }
}

extension TrainingProgress {
    /// Segments from the given one on, by number.
    func encodedSegments(from first: Int) throws -> [Int: String] {
        var encoded: [Int: String] = [:]
        for number in segments.indices.dropFirst(first) {
            encoded[number] = try CanonicalJSON.encode(segments[number])
        }
        return encoded
    }
}
