/// What an envelope carries: one case for every entry of `Envelope.body` in proto/graft.proto.
public enum WireBody: Sendable, Equatable {
    case refusal(Refusal)
    case acknowledged(Acknowledged)

    case registerWorker(RegisterWorker)
    case workerRegistered(WorkerRegistered)
    case heartbeat(Heartbeat)
    case heartbeatReply(HeartbeatReply)
    case leaveCluster(LeaveCluster)

    case queryBlobs(QueryBlobs)
    case blobStatus(BlobStatus)
    case putBlobChunk(PutBlobChunk)
    case blobChunkStored(BlobChunkStored)
    case getBlobChunk(GetBlobChunk)
    case blobChunk(BlobChunk)

    case submitJob(SubmitJob)
    case jobSubmitted(JobSubmitted)
    case listJobs(ListJobs)
    case jobList(JobList)
    case getJob(GetJob)
    case jobDetail(JobDetail)
    case getJobLog(GetJobLog)
    case jobLog(JobLog)
    case cancelJob(CancelJob)
    case listWorkers(ListWorkers)
    case workerList(WorkerList)
    case pauseJob(PauseJob)
    case resumeJob(ResumeJob)
    case retryJob(RetryJob)
    case drainWorkers(DrainWorkers)

    case prepareJob(PrepareJob)
    case jobPrepared(JobPrepared)
    case extractFeatures(ExtractFeatures)
    case featuresExtracted(FeaturesExtracted)
    case runSegment(RunSegment)
    case segmentDone(SegmentDone)
    case evaluateModel(EvaluateModel)
    case modelEvaluated(ModelEvaluated)
    case exportModel(ExportModel)
    case modelExported(ModelExported)
    case releaseJob(ReleaseJob)
    case jobFailed(JobFailed)
    case workerLog(WorkerLog)
    case handInState(HandInState)
    case stateHandedIn(StateHandedIn)
    case checkpointStored(CheckpointStored)

    case peerHello(PeerHello)
    case peerHelloReply(PeerHelloReply)
    case gradientChunk(GradientChunk)
    case queryFeatures(QueryFeatures)
    case featuresHeld(FeaturesHeld)
    case featureRows(FeatureRows)
}

extension WireBody {
    /// The message inside.
    var message: any WireMessage {
        switch self {
        case .refusal(let message): message
        case .acknowledged(let message): message
        case .registerWorker(let message): message
        case .workerRegistered(let message): message
        case .heartbeat(let message): message
        case .heartbeatReply(let message): message
        case .leaveCluster(let message): message
        case .queryBlobs(let message): message
        case .blobStatus(let message): message
        case .putBlobChunk(let message): message
        case .blobChunkStored(let message): message
        case .getBlobChunk(let message): message
        case .blobChunk(let message): message
        case .submitJob(let message): message
        case .jobSubmitted(let message): message
        case .listJobs(let message): message
        case .jobList(let message): message
        case .getJob(let message): message
        case .jobDetail(let message): message
        case .getJobLog(let message): message
        case .jobLog(let message): message
        case .cancelJob(let message): message
        case .listWorkers(let message): message
        case .workerList(let message): message
        case .pauseJob(let message): message
        case .resumeJob(let message): message
        case .retryJob(let message): message
        case .drainWorkers(let message): message
        case .prepareJob(let message): message
        case .jobPrepared(let message): message
        case .extractFeatures(let message): message
        case .featuresExtracted(let message): message
        case .runSegment(let message): message
        case .segmentDone(let message): message
        case .evaluateModel(let message): message
        case .modelEvaluated(let message): message
        case .exportModel(let message): message
        case .modelExported(let message): message
        case .releaseJob(let message): message
        case .jobFailed(let message): message
        case .workerLog(let message): message
        case .handInState(let message): message
        case .stateHandedIn(let message): message
        case .checkpointStored(let message): message
        case .peerHello(let message): message
        case .peerHelloReply(let message): message
        case .gradientChunk(let message): message
        case .queryFeatures(let message): message
        case .featuresHeld(let message): message
        case .featureRows(let message): message
        }
    }

    /// How each message becomes a body, found by the message's name.
    static let entries: [String: BodyEntry] = Dictionary(
        uniqueKeysWithValues: [
            BodyEntry(WireBody.refusal),
            BodyEntry(WireBody.acknowledged),
            BodyEntry(WireBody.registerWorker),
            BodyEntry(WireBody.workerRegistered),
            BodyEntry(WireBody.heartbeat),
            BodyEntry(WireBody.heartbeatReply),
            BodyEntry(WireBody.leaveCluster),
            BodyEntry(WireBody.queryBlobs),
            BodyEntry(WireBody.blobStatus),
            BodyEntry(WireBody.putBlobChunk),
            BodyEntry(WireBody.blobChunkStored),
            BodyEntry(WireBody.getBlobChunk),
            BodyEntry(WireBody.blobChunk),
            BodyEntry(WireBody.submitJob),
            BodyEntry(WireBody.jobSubmitted),
            BodyEntry(WireBody.listJobs),
            BodyEntry(WireBody.jobList),
            BodyEntry(WireBody.getJob),
            BodyEntry(WireBody.jobDetail),
            BodyEntry(WireBody.getJobLog),
            BodyEntry(WireBody.jobLog),
            BodyEntry(WireBody.cancelJob),
            BodyEntry(WireBody.listWorkers),
            BodyEntry(WireBody.workerList),
            BodyEntry(WireBody.pauseJob),
            BodyEntry(WireBody.resumeJob),
            BodyEntry(WireBody.retryJob),
            BodyEntry(WireBody.drainWorkers),
            BodyEntry(WireBody.prepareJob),
            BodyEntry(WireBody.jobPrepared),
            BodyEntry(WireBody.extractFeatures),
            BodyEntry(WireBody.featuresExtracted),
            BodyEntry(WireBody.runSegment),
            BodyEntry(WireBody.segmentDone),
            BodyEntry(WireBody.evaluateModel),
            BodyEntry(WireBody.modelEvaluated),
            BodyEntry(WireBody.exportModel),
            BodyEntry(WireBody.modelExported),
            BodyEntry(WireBody.releaseJob),
            BodyEntry(WireBody.jobFailed),
            BodyEntry(WireBody.workerLog),
            BodyEntry(WireBody.handInState),
            BodyEntry(WireBody.stateHandedIn),
            BodyEntry(WireBody.checkpointStored),
            BodyEntry(WireBody.peerHello),
            BodyEntry(WireBody.peerHelloReply),
            BodyEntry(WireBody.gradientChunk),
            BodyEntry(WireBody.queryFeatures),
            BodyEntry(WireBody.featuresHeld),
            BodyEntry(WireBody.featureRows),
        ].map { ($0.messageName, $0) })
}
