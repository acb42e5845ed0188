// All-reduce among real processes: `ExchangeBenchmarks memory|sockets|raw|whole SIZE BYTES [HOSTS]`.
//
// HOSTS is what `Hosts` reads; rank 0 must have been started on its own. BYTES are those of the Float32 results. Prints "ready N", N being the bytes all-reduced in a round; then runs a
// round for each line that comes and prints the seconds that it took. The other members are processes of their own,
// which end with this one.

import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count >= 3, let size = Int(arguments[2]), let bytes = Int(arguments[3]),
    let way = Way(rawValue: arguments[1])
else {
    print("usage: ExchangeBenchmarks memory|sockets|raw|whole SIZE BYTES [HOSTS]")
    exit(2)
}
/// A line, at once.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

let repetitions = max(2, min(200, (64 << 20) / max(1, bytes)))
do {
    let hosts = try Hosts(arguments.count > 3 ? arguments[4] : "-")
    if arguments.count > 4, let rank = Int(arguments[5]) {
        // A member: says where it listens, reads where all listen, and goes along with rank 0.
        let member = try await Member.open(way, rank: rank, size: size, bytes: bytes, on: hosts)
        say(member.address)
        let addresses = (readLine() ?? "").split(separator: " ").map(String.init)
        try await member.connect(addresses)
        while true { try await member.exchange() }
    }
    let common = Array(arguments.prefix(3)) + [arguments.count > 3 ? arguments[4] : "-"]
    let others = try (1..<size).map { try MemberProcess(common, rank: $0, on: hosts) }
    defer { for other in others { other.stop() } }
    let first = try await Member.open(way, rank: 0, size: size, bytes: bytes, on: hosts)
    let addresses = [first.address] + others.map(\.address)
    for other in others { other.tell(addresses.joined(separator: " ")) }
    try await first.connect(addresses)
    try await first.exchange()
    say("ready \(bytes * repetitions)")
    while readLine() != nil {
        let start = ContinuousClock.now
        for _ in 0..<repetitions { try await first.exchange() }
        say("\(start.duration(to: .now) / .seconds(1))")
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
