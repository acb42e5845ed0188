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

        public init(
            name: String, labels: [String], trainCount: Int, validationCount: Int, testCount: Int,
            trainLabelCounts: [Int]? = nil
        ) {
            self.name = name
            self.labels = labels
            self.trainCount = trainCount
            self.validationCount = validationCount
            self.testCount = testCount
            self.trainLabelCounts = trainLabelCounts
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
