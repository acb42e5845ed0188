/// A file that is known by its content: its logical path, its SHA-256 and its size.
public struct ContentFile: Codable, Sendable, Equatable, Hashable {
    /// Logical place with '/' separators: "checkpoint.safetensors", "config.json".
    public var path: String
    /// Lower-case hexadecimal.
    public var sha256: String
    /// Bytes.
    public var size: Int

    public init(path: String, sha256: String, size: Int) {
        self.path = path
        self.sha256 = sha256
        self.size = size
    }
}
