/// Which of these blobs does the receiver lack?
public struct QueryBlobs: Sendable, Equatable, WireMessage {
    public var sha256s: [String]

    public init(sha256s: [String] = []) {
        self.sha256s = sha256s
    }

    init() { self.init(sha256s: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sha256s", &sha256s)
    }
}

/// The blobs that the receiver lacks.
public struct BlobStatus: Sendable, Equatable, WireMessage {
    public var missing: [String]

    public init(missing: [String] = []) {
        self.missing = missing
    }

    init() { self.init(missing: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("missing", &missing)
    }
}

/// Chunks of one blob are sent in order; `offset` makes a repeat harmless. The blob appears only when all
/// of it is there and its hash agrees.
public struct PutBlobChunk: Sendable, Equatable, WireMessage {
    public var sha256: String
    public var totalSize: Int
    /// Where `data` belongs; makes a repeat harmless.
    public var offset: Int
    public var data: [UInt8]

    public init(sha256: String = "", totalSize: Int = 0, offset: Int = 0, data: [UInt8] = []) {
        self.sha256 = sha256
        self.totalSize = totalSize
        self.offset = offset
        self.data = data
    }

    init() { self.init(sha256: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sha256", &sha256)
        visitor.field("total_size", &totalSize)
        visitor.field("offset", &offset)
        visitor.field("data", &data)
    }
}

/// How far the blob has come.
public struct BlobChunkStored: Sendable, Equatable, WireMessage {
    public var sha256: String
    /// Where the sender goes on.
    public var nextOffset: Int
    public var complete: Bool

    public init(sha256: String = "", nextOffset: Int = 0, complete: Bool = false) {
        self.sha256 = sha256
        self.nextOffset = nextOffset
        self.complete = complete
    }

    init() { self.init(sha256: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sha256", &sha256)
        visitor.field("next_offset", &nextOffset)
        visitor.field("complete", &complete)
    }
}

/// Asks for a part of a blob.
public struct GetBlobChunk: Sendable, Equatable, WireMessage {
    public var sha256: String
    public var offset: Int
    public var length: Int

    public init(sha256: String = "", offset: Int = 0, length: Int = 0) {
        self.sha256 = sha256
        self.offset = offset
        self.length = length
    }

    init() { self.init(sha256: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sha256", &sha256)
        visitor.field("offset", &offset)
        visitor.field("length", &length)
    }
}

/// A part of a blob, in answer to `GetBlobChunk`.
public struct BlobChunk: Sendable, Equatable, WireMessage {
    public var sha256: String
    public var totalSize: Int
    public var offset: Int
    public var data: [UInt8]

    public init(sha256: String = "", totalSize: Int = 0, offset: Int = 0, data: [UInt8] = []) {
        self.sha256 = sha256
        self.totalSize = totalSize
        self.offset = offset
        self.data = data
    }

    init() { self.init(sha256: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("sha256", &sha256)
        visitor.field("total_size", &totalSize)
        visitor.field("offset", &offset)
        visitor.field("data", &data)
    }
}
