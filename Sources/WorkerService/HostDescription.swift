import Foundation

/// What a worker tells of its host.
struct HostDescription: Sendable {
    let hostName: String
    let cores: Int
    let memoryBytes: Int
    let processID: Int

    static var current: HostDescription {
        let process = ProcessInfo.processInfo
        return HostDescription(
            hostName: process.hostName, cores: process.activeProcessorCount,
            memoryBytes: Int(clamping: process.physicalMemory), processID: Int(process.processIdentifier))
    }
}
