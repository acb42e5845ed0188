import SharedMemory
import WireProtocol

/// How the members of a generation agree, before the first collective, on who shares memory with whom.
///
/// Each makes a segment and tells all others its host's identity and the segment's random name; opens the segments
/// of those who name the same identity; and tells all which it could open. Nothing is assumed from addresses:
/// containers of one host with folders of their own cannot open each other's and use sockets. Once everybody has
/// said what it opened, names are removed, so that nothing is left behind however a process ends.
final class HostAgreement {
    /// `GradientChunk.phase` of these messages; `hop` is 0 for an offer and 1 for what was opened.
    static let phase = 2

    struct Outcome {
        /// All ranks, by host.
        let groups: [[Int]]
        /// This member's group, where it has more than one member.
        let memory: SharedMemoryGroup?
        /// Chunks of the ring from members that were through sooner.
        let early: [GradientChunk]
        /// Why this member shares nothing although it might, for people.
        let obstacle: String?
    }

    private let jobID: String
    private let generation: Int
    private let link: any PeerLink
    private let sharing: HostSharing
    private let options: RingOptions
    private let layout: SegmentLayout
    private var replies: [[Int: String]] = [[:], [:]]
    private var early: [GradientChunk] = []

    init(
        jobID: String, generation: Int, link: any PeerLink, sharing: HostSharing, options: RingOptions,
        layout: SegmentLayout
    ) {
        self.jobID = jobID
        self.generation = generation
        self.link = link
        self.sharing = sharing
        self.options = options
        self.layout = layout
    }

    private var others: [Int] { (0..<link.size).filter { $0 != link.rank } }

    /// - Throws: `CollectiveError`, as an all-reduce does.
    nonisolated(nonsending) func reach() async throws -> Outcome {
        let (own, obstacle) = makeSegment()
        let offers = try await exchange(0, "\(sharing.identity ?? "")\n\(own?.name ?? "")")
        var segments = open(offers, own)
        let opened = try await exchange(1, segments.keys.sorted().map(String.init).joined(separator: ","))
        own?.removeName()

        let groups = HostGroups.form(
            opened: (0..<link.size).map { rank in
                rank == link.rank ? Set(segments.keys) : Self.ranks(opened[rank] ?? "")
            })
        let mine = groups.first { $0.contains(link.rank) } ?? [link.rank]
        segments[link.rank] = own
        let memory: SharedMemoryGroup? =
            mine.count > 1
            ? SharedMemoryGroup(
                ranks: mine, segments: mine.compactMap { segments[$0] }, layout: layout, link: link,
                options: options)
            : nil
        return Outcome(groups: groups, memory: memory, early: early, obstacle: obstacle)
    }

    private func makeSegment() -> (SharedMemorySegment?, obstacle: String?) {
        guard sharing.identity != nil else { return (nil, nil) }
        SharedMemorySegment.removeLeftovers(in: sharing.directory, prefix: HostSharing.namePrefix)
        let job = jobID.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(32)
        do {
            return (
                try SharedMemorySegment.create(
                    in: sharing.directory,
                    prefix: "\(HostSharing.namePrefix)-\(job)-\(generation)-\(link.rank)",
                    byteCount: layout.byteCount), nil
            )
        } catch {
            return (nil, "memory cannot be shared with workers of this host, sockets are used: \(error)")
        }
    }

    /// The segments that this member can open, among those of members that name the same host.
    private func open(_ offers: [Int: String], _ own: SharedMemorySegment?) -> [Int: SharedMemorySegment] {
        guard own != nil, let identity = sharing.identity else { return [:] }
        var segments: [Int: SharedMemorySegment] = [:]
        for (rank, offer) in offers {
            let lines = offer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count == 2, lines[0] == identity, lines[1].hasPrefix(HostSharing.namePrefix) else {
                continue
            }
            segments[rank] = try? SharedMemorySegment.open(
                in: sharing.directory, name: lines[1], byteCount: layout.byteCount)
        }
        return segments
    }

    private static func ranks(_ text: String) -> Set<Int> {
        Set(text.split(separator: ",").compactMap { Int($0) })
    }

    /// Sends a text to all others and waits for theirs.
    private nonisolated(nonsending) func exchange(_ round: Int, _ text: String) async throws -> [Int: String]
    {
        for rank in others {
            let chunk = GradientChunk(
                jobID: jobID, generation: generation, fromRank: link.rank, phase: Self.phase, hop: round,
                data: Array(text.utf8))
            try await link.send(chunk, toRank: rank, deadline: .now + options.silenceLimit)
        }
        let patience = PeerPatience(options)
        let start = ContinuousClock.now
        let end = start + patience.stallLimit
        var deadline = start + patience.silenceLimit
        while let missing = others.first(where: { replies[round][$0] == nil }) {
            if let chunk = try await link.receive(deadline: deadline) {
                keep(chunk)
                continue
            }
            let answers = await link.answers(rank: missing, within: patience.answerLimit)
            try Task.checkCancellation()
            if !answers || ContinuousClock.now >= end {
                throw CollectiveError.silence(
                    of: missing, link, for: start.duration(to: .now), answers: answers)
            }
            deadline = min(end, .now + patience.silenceLimit)
        }
        return replies[round]
    }

    private func keep(_ chunk: GradientChunk) {
        guard chunk.jobID == jobID, chunk.generation == generation else { return }
        if chunk.phase != Self.phase {
            early.append(chunk)
        } else if replies.indices.contains(chunk.hop), (0..<link.size).contains(chunk.fromRank) {
            replies[chunk.hop][chunk.fromRank] = String(decoding: chunk.data.array, as: UTF8.self)
        }
    }
}

extension CollectiveError {
    /// A member that others wait for has sent nothing for too long.
    static func silence(
        of rank: Int, _ link: any PeerLink, for time: Duration, answers: Bool
    ) -> CollectiveError {
        let name = link.name(ofRank: rank)
        let reason =
            answers
            ? "though it answers: it is stuck, or waits itself for another member"
            : "and does not answer: it is gone or cut off"
        return CollectiveError(
            .peerSilent, "\(name) (rank \(rank)) has sent nothing for \(time), \(reason)", peerRank: rank,
            peerName: name)
    }
}
