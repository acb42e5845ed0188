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

        public init(
            name: String, labels: [String], trainCount: Int, validationCount: Int, testCount: Int,
            trainLabelCounts: [Int]? = nil, columns: [ColumnStatistics]? = nil
        ) {
            self.name = name
            self.labels = labels
            self.trainCount = trainCount
            self.validationCount = validationCount
            self.testCount = testCount
            self.trainLabelCounts = trainLabelCounts
            self.columns = columns
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
