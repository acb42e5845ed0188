import CRawZeroMQ
import Collectives
import TensorKernels
import WireProtocol
import ZeroMQMessaging

/// How members exchange.
enum Way: String {
    /// As workers do: in memory on one host, by sockets between hosts.
    case memory
    /// By sockets alone, over the loopback where there is one host.
    case sockets
    /// libzmq alone between two members, without a sum: the bytes that sockets move as sums are now.
    case raw
    /// The same with all 8 bytes of each sum.
    case whole

    var isRaw: Bool { self == .raw || self == .whole }
}

/// One process's part.
final class Member {
    /// Where others reach it.
    let address: String
    private let way: Way
    private let rank: Int
    private let size: Int
    private let sums: FixedPointAccumulator
    private let context: MessagingContext?
    private let listener: PeerListener?
    private let raw: OpaquePointer?
    private let rawBytes: Int
    private let sharing: HostSharing
    private var allReduce: AllReduce?
    private var connected: OpaquePointer?

    static func open(_ way: Way, rank: Int, size: Int, bytes: Int, on hosts: Hosts) async throws -> Member {
        let context = way.isRaw ? nil : try MessagingContext()
        let listener = try await context.asyncMap {
            try await PeerListener.bind(
                to: "tcp://\(hosts.address(ofRank: rank)):0", workerID: "worker-\(rank)", context: $0)
        }
        let sharing = hosts.identity(ofRank: rank).map { HostSharing(identity: $0) } ?? .standard
        return Member(
            way, rank: rank, size: size, bytes: bytes, context: context, listener: listener,
            sharing: way == .memory ? sharing : .none)
    }

    private init(
        _ way: Way, rank: Int, size: Int, bytes: Int, context: MessagingContext?, listener: PeerListener?,
        sharing: HostSharing
    ) {
        self.sharing = sharing
        self.way = way
        self.rank = rank
        self.size = size
        self.context = context
        self.listener = listener
        sums = FixedPointAccumulator(segmentCounts: [bytes / 4])
        var port: Int32 = 0
        raw = way.isRaw && rank == 0 ? raw_zeromq_open(&port) : nil
        address = listener?.endpoint ?? String(port)
        // A ring of two sends half of the sums, 5 bytes each or 8, and half of the results, 4 bytes each.
        rawBytes = bytes / 8 * (way == .whole ? 12 : 9)
    }

    func connect(_ addresses: [String]) async throws {
        if way.isRaw {
            var port = Int32(addresses[0]) ?? 0
            connected = rank == 0 ? raw : raw_zeromq_open(&port)
            return
        }
        guard let listener, let context else { return }
        let members = addresses.enumerated().map {
            WireProtocol.Member(rank: $0, workerID: "worker-\($0)", name: "member \($0)", endpoint: $1)
        }
        let link = try await ZeroMQPeerLink.connect(
            listener: listener, context: context, jobID: "bench", generation: 0, rank: rank, members: members)
        for problem in await link.greetPeers() { throw BenchmarkError(message: problem.reason) }
        allReduce = AllReduce(jobID: "bench", generation: 0, link: link, sharing: sharing)
        try await check()
    }

    /// One all-reduce.
    func exchange() async throws {
        if way.isRaw {
            guard raw_zeromq_exchange(connected, rank == 0 ? 1 : 0, rawBytes, 512 << 10) == 0 else {
                throw BenchmarkError(message: "libzmq failed")
            }
        } else {
            try await allReduce?.allReduce(FixedPointReduction(sums))
        }
    }

    /// One all-reduce of numbers, whose results must be right.
    private func check() async throws {
        let count = sums.elementCount
        sums.add(Tensor((0..<count).map { Float(($0 + rank) % 8) }, shape: [count]), segment: 0)
        try await exchange()
        let result = sums.result(segment: 0, shape: [count]).scalars
        for index in 0..<count {
            let expected = (0..<size).reduce(Float(0)) { $0 + Float((index + $1) % 8) }
            guard result[index] == expected else { throw BenchmarkError(message: "a wrong sum at \(index)") }
        }
        sums.reset()
        // As large as a step's sums are: 36 bits and a sign.
        sums.add(Tensor((0..<count).map { Float($0 % 199) / 100 - 0.99 }, shape: [count]), segment: 0)
        try await exchange()
    }
}

struct BenchmarkError: Error { let message: String }

extension Optional {
    func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async throws -> Result? {
        if let self { return try await transform(self) }
        return nil
    }
}
