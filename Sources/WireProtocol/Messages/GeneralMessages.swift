/// The answer to a request that cannot be served.
public struct Refusal: Sendable, Equatable, WireMessage {
    /// Stable, for programs.
    public var code: String
    /// For people: what, where and what to do.
    public var message: String

    public init(code: String = "", message: String = "") {
        self.code = code
        self.message = message
    }

    init() { self.init(code: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("code", &code)
        visitor.field("message", &message)
    }
}

/// The answer to a request that needs no other.
public struct Acknowledged: Sendable, Equatable, WireMessage {
    public init() {}

    mutating func visitFields(_ visitor: inout some FieldVisitor) {}
}

/// A file that travels by content. `path` is its logical place, with '/' separators, no '..' and no leading
/// '/': "backbone/config.json", "tasks/topic/train.csv", "checkpoint.safetensors".
public struct FileReference: Sendable, Equatable, WireMessage {
    /// Logical place: '/' between parts, none at the start, no '..'.
    public var path: String
    /// Lower-case hexadecimal.
    public var sha256: String
    /// Bytes.
    public var size: Int

    public init(path: String = "", sha256: String = "", size: Int = 0) {
        self.path = path
        self.sha256 = sha256
        self.size = size
    }

    init() { self.init(path: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("path", &path)
        visitor.field("sha256", &sha256)
        visitor.field("size", &size)
    }
}

/// Why something could not go on, as part of a larger message.
public struct Failure: Sendable, Equatable, WireMessage {
    public var code: String
    public var message: String
    public var context: String

    public init(code: String = "", message: String = "", context: String = "") {
        self.code = code
        self.message = message
        self.context = context
    }

    init() { self.init(code: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("code", &code)
        visitor.field("message", &message)
        visitor.field("context", &context)
    }
}
