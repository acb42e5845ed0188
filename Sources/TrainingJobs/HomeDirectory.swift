import Foundation

/// The user's folder, as shells have it: `$HOME`, else what the system's list of users says.
public enum HomeDirectory {
    public static func of(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        if let home = environment["HOME"], home.hasPrefix("/") {
            return URL(fileURLWithPath: home, isDirectory: true)
        }
        return FileManager.default.homeDirectoryForCurrentUser
    }
}
