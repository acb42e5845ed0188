import TrainingJobs

/// What a member says in a report, beside which generation it speaks of.
public enum MemberReport: Sendable, Equatable {
    /// `heldStep`: steps of the state that the member stands at; 0 where it holds nothing but its start.
    case prepared(
        faults: [PeerFault], failure: JobFailure?, parameters: Int, trainableParameters: Int,
        heldStep: Int = 0)
    case handedIn(HeldState)
    case extracted(JobReport.Extraction)
    case segmentDone(SegmentResult)
    /// The state at `step`, a segment's end, is in the blob store. It may come before the last member's report of
    /// that segment, and long after its generation.
    case checkpointStored(step: Int, ContentFile)
    case evaluated(split: DataSplit, counts: [TaskCounts], seconds: Double)
    case exported([ContentFile])
    /// `lostWorkerID` names the peer that is gone, where that is why.
    case failed(JobFailure, lostWorkerID: String?)
}

/// A pair of members that cannot talk.
public struct PeerFault: Sendable, Equatable {
    public var fromEndpoint: String
    public var toEndpoint: String
    public var reason: String

    public init(fromEndpoint: String, toEndpoint: String, reason: String) {
        self.fromEndpoint = fromEndpoint
        self.toEndpoint = toEndpoint
        self.reason = reason
    }
}
