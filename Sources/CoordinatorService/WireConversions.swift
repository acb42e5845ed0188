import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// Between the messages and the values that the driver and the store speak of. Nowhere else.

/// A time from the network as one that JSON can hold: a report must not be lost for a clock's sake.
private func sane(_ seconds: Double) -> Double { seconds.isFinite ? min(max(0, seconds), 1e9) : 0 }

extension ContentFile {
    init(_ file: FileReference) { self.init(path: file.path, sha256: file.sha256, size: file.size) }
}

extension FileReference {
    init(_ file: ContentFile) { self.init(path: file.path, sha256: file.sha256, size: file.size) }
}

extension JobFailure {
    init(_ failure: Failure) {
        self.init(code: failure.code, message: failure.message, context: failure.context)
    }
}

extension TaskCounts {
    init(_ counts: EvaluationCounts) {
        self.init(
            task: counts.task, samples: counts.samples, confusion: counts.confusion,
            lossFixed: counts.lossFixed)
    }
}

extension StepResult {
    init(_ record: StepRecord) {
        self.init(
            step: record.step, lossFixed: record.lossFixed, samples: record.samples,
            learningRate: record.learningRate, gradientNorm: record.gradientNorm,
            alignment: record.alignment.map {
                AlignmentResult(
                    lossFixed: $0.lossFixed, samples: $0.samples, correct: $0.correct, judged: $0.judged)
            })
    }
}

extension SegmentResult {
    init(_ done: SegmentDone) {
        let timings = done.timings ?? SegmentTimings()
        self.init(
            segment: done.segment, endStep: done.endStep,
            steps: done.steps.map(StepResult.init),
            counts: done.evaluation.map(TaskCounts.init), checkpoint: done.checkpoint.map(ContentFile.init),
            timing: SegmentTiming(
                compute: sane(timings.computeSeconds), exchange: sane(timings.exchangeSeconds),
                evaluate: sane(timings.evaluateSeconds), checkpoint: sane(timings.checkpointSeconds),
                total: sane(timings.totalSeconds), exchangedBytes: timings.exchangedBytes,
                lanes: sane(timings.laneSeconds), microBatches: timings.microBatches))
    }
}

extension JobReport.Extraction {
    init(_ extracted: FeaturesExtracted) {
        self.init(
            samples: extracted.samples, cacheHits: extracted.cacheHits, fetched: extracted.fetched,
            backboneForwards: extracted.backboneForwards, tokens: extracted.tokens,
            paddedTokens: extracted.paddedTokens, seconds: sane(extracted.seconds), bytes: extracted.bytes)
    }
}

/// A worker's report in the driver's terms, with what it speaks of.
struct AddressedReport {
    var jobID: String
    var generation: Int
    var workerID: String
    var report: MemberReport
    /// Blobs that must be in the store for the report to be true.
    var blobs: [FileReference] = []

    /// Whether the generation that it speaks of may be over.
    var outlivesGeneration: Bool {
        if case .checkpointStored = report { true } else { false }
    }

    /// Whether a segment may end with it.
    var endsSegment: Bool {
        switch report {
        case .segmentDone, .checkpointStored: true
        default: false
        }
    }

    var event: JobEvent { .report(workerID: workerID, generation: generation, report) }

    /// `nil` for a message that is no report.
    init?(_ body: WireBody) {
        switch body {
        case .jobPrepared(let message):
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .prepared(
                faults: message.problems.map {
                    PeerFault(fromEndpoint: $0.fromEndpoint, toEndpoint: $0.toEndpoint, reason: $0.reason)
                },
                failure: message.failure.map(JobFailure.init), parameters: message.parameterCount,
                trainableParameters: message.trainableParameterCount, heldStep: message.heldStep)
        case .stateHandedIn(let message):
            guard let checkpoint = message.checkpoint else { return nil }
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .handedIn(
                HeldState(
                    step: message.step, checkpoint: ContentFile(checkpoint),
                    steps: message.steps.map(StepResult.init)))
            blobs = [checkpoint]
        case .featuresExtracted(let message):
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .extracted(JobReport.Extraction(message))
        case .segmentDone(let message):
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .segmentDone(SegmentResult(message))
            blobs = [message.checkpoint].compactMap { $0 }
        case .checkpointStored(let message):
            guard let file = message.file else { return nil }
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .checkpointStored(step: message.step, ContentFile(file))
            blobs = [file]
        case .modelEvaluated(let message):
            guard let split = DataSplit(rawValue: message.split) else { return nil }
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .evaluated(
                split: split, counts: message.evaluation.map(TaskCounts.init),
                seconds: sane(message.seconds))
        case .modelExported(let message):
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            report = .exported(message.files.map(ContentFile.init))
            blobs = message.files
        case .jobFailed(let message):
            (jobID, generation, workerID) = (message.jobID, message.generation, message.workerID)
            let failure =
                message.failure.map(JobFailure.init)
                ?? JobFailure(code: "unspecified", message: "The worker gave no reason.")
            report = .failed(failure, lostWorkerID: message.lostWorkerID.isEmpty ? nil : message.lostWorkerID)
        default:
            return nil
        }
    }
}

extension LogLine {
    init(_ line: LogRecord) {
        self.init(
            sequence: line.sequence, timeMilliseconds: line.time, level: line.level, source: line.source,
            message: line.message)
    }
}

extension WorkerRecord {
    init(_ message: RegisterWorker, at time: Int) {
        self.init(
            id: message.workerID, sessionID: message.sessionID, name: message.name, host: message.host,
            processID: message.processID, cores: message.cores, memoryBytes: message.memoryBytes,
            peerEndpoint: message.peerEndpoint, kernelFamily: message.kernelFamily,
            softwareVersion: message.softwareVersion, registeredAt: time)
    }
}
