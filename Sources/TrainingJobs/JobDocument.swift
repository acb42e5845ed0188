import Foundation

/// A job file as read: what it says, where it lies, and where in it each value stands.
public struct JobDocument: Sendable {
    public var specification: JobSpecification
    /// The job file.
    public var url: URL
    /// Places of keys by key path, such as `tasks[0].train.path`, so that later checks can point at them.
    public var locations: [String: SourceLocation]

    public init(specification: JobSpecification, url: URL, locations: [String: SourceLocation] = [:]) {
        self.specification = specification
        self.url = url
        self.locations = locations
    }

    /// The folder that the job's relative paths start from.
    public var folder: URL { url.deletingLastPathComponent() }

    /// The place of `keyPath`, or of the nearest key around it that the file has.
    public func location(of keyPath: String) -> SourceLocation? {
        var path = keyPath[...]
        while true {
            if let location = locations[String(path)] { return location }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return locations[""] }
            path = path[..<cut]
        }
    }
}
