import TrainingJobs

/// One example of a task.
public struct Sample: Sendable, Equatable {
    /// Place in its split, from 0: what decides the sample's lane (`index % laneCount`) and place in it
    /// (`index / laneCount`).
    public var index: Int
    public var payload: SamplePayload
    /// Index into the task's label names; `unreadLabel` in a split whose labels are not read.
    public var label: Int

    /// Stands where no label was read, whatever the file has.
    public static let unreadLabel = 0

    public init(index: Int, payload: SamplePayload, label: Int) {
        self.index = index
        self.payload = payload
        self.label = label
    }

    public init(index: Int, text: String, label: Int) {
        self.init(index: index, payload: .text(text), label: label)
    }
}
