import TrainingJobs

/// A worker that is free to take a job.
public struct WorkerCandidate: Sendable, Equatable {
    public var workerID: String
    public var name: String
    /// Where its peers reach it.
    public var endpoint: String
    /// What decides the bits of its matrix products.
    public var kernelFamily: String

    public init(workerID: String, name: String, endpoint: String, kernelFamily: String) {
        self.workerID = workerID
        self.name = name
        self.endpoint = endpoint
        self.kernelFamily = kernelFamily
    }
}

/// A worker's part in one generation of a job.
public struct MemberAssignment: Codable, Sendable, Equatable {
    public var rank: Int
    public var workerID: String
    public var name: String
    public var endpoint: String
    public var kernelFamily: String
    /// Lanes it owns, ascending and contiguous.
    public var lanes: [Int]

    public init(
        rank: Int, workerID: String, name: String, endpoint: String, kernelFamily: String, lanes: [Int]
    ) {
        self.rank = rank
        self.workerID = workerID
        self.name = name
        self.endpoint = endpoint
        self.kernelFamily = kernelFamily
        self.lanes = lanes
    }
}

/// What `WorkerAssignment.choose` came to.
public enum AssignmentOutcome: Sendable, Equatable {
    case assigned([MemberAssignment])
    /// Too few for now; the text says what the job waits for.
    case waiting(String)
}

/// Chooses the workers of a job's next generation.
///
/// All members must be of one kernel family, or their sums would differ in bits. A job that has begun to
/// train keeps the family that it began with; a fresh one takes the family that most free workers are of.
public enum WorkerAssignment {
    /// - Parameters:
    ///   - candidates: free workers, in any order.
    ///   - range: how many the job asks for.
    ///   - laneCount: no more members than lanes are taken, the rest would have nothing to do.
    ///   - requiredFamily: the family of earlier generations, `nil` for a job without a checkpoint.
    public static func choose(
        from candidates: [WorkerCandidate], range: WorkerRange, laneCount: Int, requiredFamily: String? = nil
    ) -> AssignmentOutcome {
        // One rank a lane at the most, so a larger minimum can never be met in full: lanes bound it.
        let minimum = max(1, min(range.minimum, laneCount))
        guard let family = requiredFamily ?? majorityFamily(of: candidates) else {
            return .waiting("waiting for \(counted(minimum)), none is free")
        }
        let suitable = candidates.filter { $0.kernelFamily == family }.sorted { $0.workerID < $1.workerID }
        guard suitable.count >= minimum else {
            return .waiting(waitingText(minimum: minimum, suitable: suitable.count, of: candidates, family))
        }
        let chosen = suitable.prefix(max(minimum, min(range.maximum, laneCount)))
        return .assigned(
            chosen.enumerated().map { rank, worker in
                MemberAssignment(
                    rank: rank, workerID: worker.workerID, name: worker.name, endpoint: worker.endpoint,
                    kernelFamily: worker.kernelFamily,
                    lanes: Array(
                        LanePartition.lanes(rank: rank, memberCount: chosen.count, laneCount: laneCount)))
            })
    }

    /// The family that most candidates are of; of equals the first by name, so that the choice is stable.
    static func majorityFamily(of candidates: [WorkerCandidate]) -> String? {
        Dictionary(grouping: candidates, by: \.kernelFamily)
            .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
    }

    private static func waitingText(
        minimum: Int, suitable: Int, of candidates: [WorkerCandidate], _ family: String
    ) -> String {
        var text = "waiting for \(counted(minimum)) of kernel family \(family), \(suitable) free"
        let others = candidates.count - suitable
        if others > 0 {
            text += "; \(others) free of another family cannot join: their products differ in bits"
        }
        return text
    }

    private static func counted(_ workers: Int) -> String { workers == 1 ? "1 worker" : "\(workers) workers" }
}
