import Foundation

/// Waits for the end of the process that started this one.
enum ParentWatch {
    /// Returns when `parent` is not this process's parent: it has ended, perhaps before anybody looked.
    ///
    /// - Parameter parent: the parent's process id, as the parent itself says. What `getppid` says at first may
    ///   already be another process, which orphans are given to.
    static func untilEnd(ofParent parent: Int32) async throws {
        while getppid() == parent { try await Task.sleep(for: .milliseconds(500)) }
    }
}
