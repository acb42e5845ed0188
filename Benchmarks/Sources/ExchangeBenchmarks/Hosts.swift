/// Where members run: on this host, or in network namespaces that stand for hosts.
///
/// Written as `NAMESPACE=ADDRESS,NAMESPACE=ADDRESS,…`, a namespace for each member, by rank; `-` for this host alone.
struct Hosts {
    private let places: [(namespace: String, address: String)]

    init(_ text: String) throws {
        places =
            try text == "-"
            ? []
            : text.split(separator: ",").map { place in
                let parts = place.split(separator: "=").map(String.init)
                guard parts.count == 2 else {
                    throw BenchmarkError(message: "'\(place)' is no NAMESPACE=ADDRESS")
                }
                return (parts[0], parts[1])
            }
    }

    func address(ofRank rank: Int) -> String {
        places.indices.contains(rank) ? places[rank].address : "127.0.0.1"
    }

    /// What members of one host have in common; nil on this host alone.
    func identity(ofRank rank: Int) -> String? {
        places.indices.contains(rank) ? places[rank].namespace : nil
    }

    /// The command that runs a member's program there.
    func command(ofRank rank: Int, _ program: String, _ arguments: [String]) -> [String] {
        guard places.indices.contains(rank) else { return [program] + arguments }
        return ["/usr/bin/env", "ip", "netns", "exec", places[rank].namespace, program] + arguments
    }
}
