import WireProtocol

/// A ring member's connection to the others, within one generation of one job.
///
/// Chunks may come late, twice or out of order; the ring copes. They must not be lost while both ends live.
/// An implementation buffers at least `RingOptions.window` chunks times the ring's size for a member that is
/// not receiving, or sending suspends for good.
public protocol PeerLink: Sendable {
    /// This member's place in the ring.
    var rank: Int { get }
    /// Members of the ring.
    var size: Int { get }
    /// The member's name, for messages to people.
    func name(ofRank rank: Int) -> String
    /// Hands a chunk to the link. Suspends while the link can take no more.
    ///
    /// - Parameters:
    ///   - chunk: what it is, without its data.
    ///   - byteCount: bytes of its data.
    ///   - fill: writes the data to where they are sent from; called once, before anything is waited for.
    /// - Throws: `CollectiveError`: `.peerSilent`, naming the receiver, at the deadline; `.closed`. What `fill`
    ///   throws.
    nonisolated(nonsending) func send(
        _ chunk: GradientChunk, dataBytes byteCount: Int, toRank rank: Int, deadline: ContinuousClock.Instant,
        fill: (inout MutableRawSpan) throws -> Void) async throws
    /// The next chunk that has come for this member, or nil at the deadline.
    ///
    /// - Throws: `CollectiveError.closed`, `CancellationError`.
    nonisolated(nonsending) func receive(deadline: ContinuousClock.Instant) async throws -> GradientChunk?
    /// Whether a member answers when it is asked, which it does also while it computes.
    nonisolated(nonsending) func answers(rank: Int, within time: Duration) async -> Bool
    /// Ends the link: whoever waits gets `CollectiveError.closed`.
    func close() async
}

extension PeerLink {
    /// Hands a chunk that has its data to the link; see above.
    nonisolated(nonsending) func send(
        _ chunk: GradientChunk, toRank rank: Int, deadline: ContinuousClock.Instant
    ) async throws {
        try await send(chunk, dataBytes: chunk.data.count, toRank: rank, deadline: deadline) { target in
            chunk.data.copy(into: &target)
        }
    }
}
