import JobScheduling
import TrainingJobs
import WireProtocol

/// The driver's commands as messages.
enum CommandMessages {
    static func body(of command: MemberCommand, generation: Int, job: ActiveJob, driver: JobDriver)
        -> WireBody
    {
        switch command {
        case .prepare(let own, let members, let startStep, let checkpoint, let heldLimit):
            var order = prepare(
                own, members, startStep, checkpoint, generation: generation, job: job, driver: driver)
            order.heldLimit = heldLimit
            return .prepareJob(order)
        case .handIn:
            return .handInState(HandInState(jobID: job.id, generation: generation))
        case .extract:
            return .extractFeatures(ExtractFeatures(jobID: job.id, generation: generation))
        case .run(let segment):
            return .runSegment(
                RunSegment(
                    jobID: job.id, generation: generation, segment: segment.number,
                    firstStep: segment.firstStep,
                    endStep: segment.endStep, evaluate: segment.evaluates, checkpoint: true,
                    resumeStep: segment.resumeStep, state: segment.state.map { FileReference($0) }))
        case .evaluate(let split, let checkpoint):
            return .evaluateModel(
                EvaluateModel(
                    jobID: job.id, generation: generation, split: split.rawValue,
                    checkpoint: FileReference(checkpoint)))
        case .export(let checkpoint):
            return .exportModel(
                ExportModel(jobID: job.id, generation: generation, checkpoint: FileReference(checkpoint)))
        case .standBy:
            return .releaseJob(ReleaseJob(jobID: job.id, generation: generation, hold: true))
        case .release:
            return .releaseJob(ReleaseJob(jobID: job.id, generation: generation))
        }
    }

    private static func prepare(
        _ own: MemberAssignment, _ members: [MemberAssignment], _ startStep: Int, _ checkpoint: ContentFile?,
        generation: Int, job: ActiveJob, driver: JobDriver
    ) -> PrepareJob {
        var files = job.files.filter { $0.path.hasPrefix("backbone/") }
        if let checkpoint {
            files.append(
                FileReference(
                    path: "checkpoint.safetensors", sha256: checkpoint.sha256, size: checkpoint.size))
        }
        let lanes = Set(own.lanes)
        return PrepareJob(
            jobID: job.id, generation: generation, rank: own.rank,
            members: members.map {
                Member(rank: $0.rank, workerID: $0.workerID, name: $0.name, endpoint: $0.endpoint)
            },
            lanes: own.lanes, laneCount: driver.plan.laneCount,
            specificationJSON: job.record.specificationJSON,
            // The plan came out of JSON; a value without a JSON form cannot occur.
            planJSON: (try? CanonicalJSON.encode(driver.plan)) ?? "{}", files: files,
            shards: job.shards.filter { lanes.contains($0.lane) }, startStep: startStep)
    }
}
