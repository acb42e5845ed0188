/// A blob's name, which is the SHA-256 of its bytes, and its size.
public struct BlobReference: Sendable, Hashable, Codable {
    /// 64 lower-case hexadecimal digits.
    public var sha256: String
    /// Bytes.
    public var size: Int

    public init(sha256: String, size: Int) {
        self.sha256 = sha256
        self.size = size
    }

    /// Whether `name` is 64 lower-case hexadecimal digits: the only names that ever become part of a path.
    public static func isValidName(_ name: String) -> Bool {
        name.utf8.count == 64
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
