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
    /// - Throws: `CollectiveError`: `.peerSilent`, naming the receiver, at the deadline; `.closed`.
    nonisolated(nonsending) func send(
        _ chunk: GradientChunk, toRank rank: Int, deadline: ContinuousClock.Instant) async throws
    /// The next chunk that has come for this member, or nil at the deadline.
    ///
    /// - Throws: `CollectiveError.closed`, `CancellationError`.
    nonisolated(nonsending) func receive(deadline: ContinuousClock.Instant) async throws -> GradientChunk?
    /// Whether a member answers when it is asked, which it does also while it computes.
    nonisolated(nonsending) func answers(rank: Int, within time: Duration) async -> Bool
    /// Ends the link: whoever waits gets `CollectiveError.closed`.
    func close() async
}
