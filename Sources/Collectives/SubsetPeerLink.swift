import WireProtocol

/// Some members of a link as a ring of their own, such as one leader of each host.
struct SubsetPeerLink: PeerLink {
    let rank: Int
    /// Ranks in the whole link.
    let members: [Int]
    private let link: any PeerLink

    /// - Parameter members: the link's ranks, in the subset's order; this member is among them.
    init(_ link: any PeerLink, members: [Int]) {
        self.link = link
        self.members = members
        rank = members.firstIndex(of: link.rank) ?? 0
    }

    var size: Int { members.count }

    func name(ofRank rank: Int) -> String {
        members.indices.contains(rank) ? link.name(ofRank: members[rank]) : "rank \(rank)"
    }

    nonisolated(nonsending) func send(
        _ chunk: GradientChunk, dataBytes byteCount: Int, toRank rank: Int, deadline: ContinuousClock.Instant,
        fill: (inout MutableRawSpan) throws -> Void
    ) async throws {
        try await link.send(
            chunk, dataBytes: byteCount, toRank: members[rank], deadline: deadline, fill: fill)
    }

    nonisolated(nonsending) func receive(deadline: ContinuousClock.Instant) async throws -> GradientChunk? {
        try await link.receive(deadline: deadline)
    }

    nonisolated(nonsending) func answers(rank: Int, within time: Duration) async -> Bool {
        guard members.indices.contains(rank) else { return false }
        return await link.answers(rank: members[rank], within: time)
    }

    func close() async { await link.close() }
}
