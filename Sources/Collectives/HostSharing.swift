import Glibc
import SharedMemory

/// How members find out that they share a host's memory.
public struct HostSharing: Sendable, Equatable {
    /// Beginning of the names of segments; what has it and is no longer in use is removed.
    static let namePrefix = "graft-exchange"

    /// The folder in memory.
    public var directory: String
    /// What members of one host have in common; nil shares nothing, and sockets carry everything. That it is the
    /// same is not enough: they must also be able to open each other's segments, which two containers may not.
    public var identity: String?

    public init(directory: String = SharedMemorySegment.standardDirectory, identity: String?) {
        self.directory = directory
        self.identity = identity
    }

    /// By the kernel's boot id, in `/dev/shm`.
    public static var standard: HostSharing {
        HostSharing(identity: bootIdentity())
    }

    /// Sockets only.
    public static let none = HostSharing(identity: nil)

    private static func bootIdentity() -> String? {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes.prefix(count), as: UTF8.self).filter { $0.isLetter || $0.isNumber }
        return text.isEmpty ? nil : text
    }
}
