/// What the coordinator learnt from a job's data files: labels and sizes. Travels as JSON beside the shards.
public struct DatasetPlan: Codable, Sendable, Equatable {
    public struct Task: Codable, Sendable, Equatable {
        public var name: String
        /// Label names; a label's index is its class. Sorted by UTF-8 bytes, so that file order is nothing.
        public var labels: [String]
        /// Samples per split over all lanes.
        public var trainCount: Int
        public var validationCount: Int
        public var testCount: Int
        /// Training samples of each class; `nil` in plans of earlier releases.
        public var trainLabelCounts: [Int]?
        /// Tables: what each column's number is and how it spreads over the training split.
        public var columns: [ColumnStatistics]?
        /// Samples of the domain that the model is adapted to, over all lanes; `nil` where the task names none.
        public var targetCount: Int?
        /// Labelled samples of that domain; `nil` where the task names none.
        public var targetTestCount: Int?

        public init(
            name: String, labels: [String], trainCount: Int, validationCount: Int, testCount: Int,
            trainLabelCounts: [Int]? = nil, columns: [ColumnStatistics]? = nil, targetCount: Int? = nil,
            targetTestCount: Int? = nil
        ) {
            self.name = name
            self.labels = labels
            self.trainCount = trainCount
            self.validationCount = validationCount
            self.testCount = testCount
            self.trainLabelCounts = trainLabelCounts
            self.columns = columns
            self.targetCount = targetCount
            self.targetTestCount = targetTestCount
        }
    }

    /// A column of a table, as the training split has it.
    public struct ColumnStatistics: Codable, Sendable, Equatable {
        public var name: String
        public var mean: Float
        /// The population's standard deviation; 1 for a column whose numbers are all equal, so that whoever
        /// divides by it need not ask.
        public var deviation: Float

        public init(name: String, mean: Float, deviation: Float) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
        }
    }

    public var tasks: [Task]
    /// Lanes that every split is cut into: sample i belongs to lane i modulo this.
    public var laneCount: Int
    /// Hash over all data of the job, in canonical form.
    public var contentHash: String

    public init(tasks: [Task], laneCount: Int, contentHash: String) {
        self.tasks = tasks
        self.laneCount = laneCount
        self.contentHash = contentHash
    }
}

extension DatasetPlan.Task {
    /// Samples of a split over all lanes.
    public func count(of split: DataSplit) -> Int {
        switch split {
        case .train: trainCount
        case .validation: validationCount
        case .test: testCount
        case .target: targetCount ?? 0
        case .targetTest: targetTestCount ?? 0
        }
    }
}

extension DatasetPlan {
    /// Training samples of all tasks: an epoch takes as many.
    public var trainCount: Int { tasks.reduce(0) { $0 + $1.trainCount } }

    /// Samples of one lane: sample i of a split belongs to lane i modulo the number of lanes, so that lanes differ
    /// by one at most. 0 for a lane without samples, of which a split smaller than the lanes' number has some.
    ///
    /// - Parameter task: Index in the job file.
    public func laneLength(_ lane: Int, of split: DataSplit, task: Int = 0) -> Int {
        let count = tasks[task].count(of: split)
        return count / laneCount + (lane < count % laneCount ? 1 : 0)
    }
}
