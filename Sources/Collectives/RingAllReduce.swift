import WireProtocol

/// How a ring cuts and paces its chunks. The same on every member.
public struct RingOptions: Sendable, Equatable {
    /// Bytes of sums in a chunk at the most.
    public var chunkBytes: Int
    /// Chunks that a member may have sent beyond those that it has received.
    public var window: Int
    /// How long a peer may be silent before the collective gives up.
    public var silenceLimit: Duration

    public init(chunkBytes: Int = 256 << 10, window: Int = 8, silenceLimit: Duration = .seconds(30)) {
        self.chunkBytes = max(1, chunkBytes)
        self.window = max(1, window)
        self.silenceLimit = silenceLimit
    }
}
