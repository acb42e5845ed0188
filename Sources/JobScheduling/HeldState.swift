/// A job's state in the middle of a segment, as a member held it in memory when its generation ended.
public struct HeldState: Codable, Sendable, Equatable {
    /// Steps that it contains.
    public var step: Int
    public var checkpoint: ContentFile
    /// What the segment's steps up to `step` came to. The first ones may be absent where an earlier handed-in
    /// state had them.
    public var steps: [StepResult]

    public init(step: Int, checkpoint: ContentFile, steps: [StepResult]) {
        self.step = step
        self.checkpoint = checkpoint
        self.steps = steps
    }
}
