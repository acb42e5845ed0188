import Foundation
import TrainingJobs

/// Where blobs and features are kept for later jobs.
enum CacheDirectory {
    /// `$XDG_CACHE_HOME/graft`, or `~/.cache/graft`.
    static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        // The specification of base directories: a relative value is to be ignored.
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
            return URL(fileURLWithPath: base, isDirectory: true).appendingPathComponent("graft")
        }
        return HomeDirectory.of(environment).appendingPathComponent(".cache/graft")
    }
}
