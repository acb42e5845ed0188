import Foundation

/// A process that holds a segment's lock, as a worker does, and can be killed.
public final class LockHolder {
    private let process = Process()

    /// Makes the file and locks it; returns when the lock is held.
    public init(path: String, byteCount: Int) throws {
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "head -c \(byteCount) /dev/zero > '\(path)' && exec flock -F -x '\(path)' sh -c 'echo held; exec sleep 60'",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
    }

    /// SIGKILL, and waits for the end.
    public func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { if process.isRunning { kill() } }
}
