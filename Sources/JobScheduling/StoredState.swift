/// A state in the blob store: what a job goes on from.
public struct StoredState: Codable, Sendable, Equatable {
    /// Steps that it contains.
    public var step: Int
    public var file: ContentFile

    public init(step: Int, file: ContentFile) {
        self.step = step
        self.file = file
    }
}
