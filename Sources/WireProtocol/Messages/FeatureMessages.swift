/// One worker asks another what of these lies in its feature cache, or for the features themselves.
public struct QueryFeatures: Sendable, Equatable, WireMessage {
    /// SHA-256 that stands for the frozen part.
    public var part: [UInt8]
    /// SHA-256 of each sample under that part, one after the other.
    public var keys: [UInt8]
    /// Whether to send the features, not only say which are there.
    public var send: Bool

    public init(part: [UInt8] = [], keys: [UInt8] = [], send: Bool = false) {
        self.part = part
        self.keys = keys
        self.send = send
    }

    init() { self.init(part: []) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("part", &part)
        visitor.field("keys", &keys)
        visitor.field("send", &send)
    }
}

/// Which features are there.
public struct FeaturesHeld: Sendable, Equatable, WireMessage {
    /// Samples of that frozen part.
    public var samples: Int
    /// One bit for each key asked for, the lowest bit of the first byte first.
    public var held: [UInt8]

    public init(samples: Int = 0, held: [UInt8] = []) {
        self.samples = samples
        self.held = held
    }

    init() { self.init(samples: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("samples", &samples)
        visitor.field("held", &held)
    }
}

/// Features of the first keys asked for, as many as one answer holds.
public struct FeatureRows: Sendable, Equatable, WireMessage {
    public var width: Int
    /// Rows of each key answered; 0: not there.
    public var rows: [Int]
    /// Of each matrix that is there, 16 bytes: the one that was stored with it.
    public var checksums: [UInt8]
    /// Those matrices, rows by width Float32, little-endian, one after the other.
    public var data: [UInt8]

    public init(width: Int = 0, rows: [Int] = [], checksums: [UInt8] = [], data: [UInt8] = []) {
        self.width = width
        self.rows = rows
        self.checksums = checksums
        self.data = data
    }

    init() { self.init(width: 0) }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("width", &width)
        visitor.field("rows", &rows)
        visitor.field("checksums", &checksums)
        visitor.field("data", &data)
    }
}
