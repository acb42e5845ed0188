import Foundation

/// Network namespaces that stand for hosts: each has an address of its own and a link to a common bridge, which
/// stands in a namespace too, so that this machine's network stays as it is. Needs root and iproute2.
final class NamespaceHosts: Sendable {
    private static let tool = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Whether namespaces can be made here.
    static let areAvailable: Bool = {
        guard geteuid() == 0, tool != nil else { return false }
        let probe = "graft-probe-\(getpid())"
        guard (try? run(["netns", "add", probe])) != nil else { return false }
        return (try? run(["netns", "del", probe])) != nil
    }()

    private let prefix: String
    private let names: [String]
    private var bridge: String { "\(prefix)-bridge" }

    init(_ names: [String]) throws {
        self.names = names
        prefix = "graft\(getpid())x\(Int.random(in: 1000...9999))"
        try Self.run(["netns", "add", bridge])
        try Self.run(["-n", bridge, "link", "add", "bridge", "type", "bridge"])
        try Self.run(["-n", bridge, "link", "set", "bridge", "up"])
        for name in names { try add(name) }
    }

    deinit {
        for namespace in names.map(namespace) + [bridge] { try? Self.run(["netns", "del", namespace]) }
    }

    /// What starts a program on that host.
    func launcher(_ name: String) -> [String] {
        [Self.tool ?? "ip", "netns", "exec", namespace(name)]
    }

    func address(_ name: String) -> String { "10.78.0.\(number(name))" }

    /// Nothing reaches the host or leaves it, and none of its processes is told.
    func cut(_ name: String) throws {
        try Self.run(["-n", bridge, "link", "set", "port\(number(name))", "down"])
    }

    func restore(_ name: String) throws {
        try Self.run(["-n", bridge, "link", "set", "port\(number(name))", "up"])
    }

    private func add(_ name: String) throws {
        let (host, port) = (namespace(name), "port\(number(name))")
        try Self.run(["netns", "add", host])
        try Self.run([
            "link", "add", "uplink", "netns", host, "type", "veth", "peer", "name", port, "netns", bridge,
        ])
        try Self.run(["-n", host, "address", "add", "\(address(name))/24", "dev", "uplink"])
        try Self.run(["-n", host, "link", "set", "lo", "up"])
        try Self.run(["-n", host, "link", "set", "uplink", "up"])
        try Self.run(["-n", bridge, "link", "set", port, "master", "bridge"])
        try Self.run(["-n", bridge, "link", "set", port, "up"])
    }

    private func namespace(_ name: String) -> String { "\(prefix)-\(name)" }

    private func number(_ name: String) -> Int { (names.firstIndex(of: name) ?? 0) + 1 }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: tool ?? "/usr/sbin/ip")
        process.arguments = arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
            throw GraftProcess.ProcessFailure.unexpected("ip \(arguments.joined(separator: " ")): \(text)")
        }
    }
}
