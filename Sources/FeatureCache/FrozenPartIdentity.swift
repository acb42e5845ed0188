import Crypto
import Foundation

/// What decides the features of a sample, other than the sample: two jobs share features where this is equal.
public struct FrozenPartIdentity: Sendable, Hashable {
    /// SHA-256 over every component, each with its length, so that no two lists run together.
    public let digest: [UInt8]

    /// - Parameters:
    ///   - weights: hash of the configuration and of the weights that the frozen part uses.
    ///   - cut: where the network is cut and what is stored there, as "pooled-mean after layer 6".
    ///   - preprocessing: a fingerprint of all that makes a model's input of a sample.
    ///   - numerics: the kernel family, as another one gives other bits.
    public init(weights: String, cut: String, preprocessing: String, numerics: String) {
        var hash = SHA256()
        for component in ["graft features 1", weights, cut, preprocessing, numerics] {
            let bytes = Array(component.utf8)
            hash.update(data: LittleEndian.bytes(UInt64(bytes.count)))
            hash.update(data: bytes)
        }
        digest = Array(hash.finalize())
    }

    /// The identity that another worker tells of; `nil` where that is no digest.
    public init?(digest: [UInt8]) {
        guard digest.count == 32 else { return nil }
        self.digest = digest
    }

    /// The key of one sample's features.
    public func key(forText text: String) -> FeatureKey { key(forContent: Array(text.utf8), view: nil) }

    /// The key of one sample's features.
    /// - Parameters:
    ///   - content: of the sample: a text's UTF-8, an image's file, a row's numbers.
    ///   - view: names how the sample was varied; `nil`: not at all.
    public func key(forContent content: [UInt8], view: String?) -> FeatureKey {
        var hash = SHA256()
        hash.update(data: digest)
        if let view {
            let bytes = Array(view.utf8)
            // Neither UTF-8 nor an image file nor finite numbers start with these bytes.
            hash.update(data: LittleEndian.bytes(UInt64.max))
            hash.update(data: LittleEndian.bytes(UInt64(bytes.count)))
            hash.update(data: bytes)
        }
        hash.update(data: content)
        return FeatureKey(bytes: Array(hash.finalize()))
    }

    /// Start of every file name of this part's segments: lookups open no others.
    var filePrefix: String { digest.prefix(12).map { hexadecimal($0) }.joined() }
}

/// The name of one sample's features: a SHA-256 over the frozen part's identity and the sample's content.
public struct FeatureKey: Hashable, Sendable {
    // Four words rather than an array: a job holds one key a sample in memory.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Bytes of a key.
    public static let byteCount = 32

    /// - Parameter bytes: at least `byteCount`; what follows is passed over.
    init(bytes: [UInt8]) {
        words = (
            LittleEndian.uint64(bytes, at: 0), LittleEndian.uint64(bytes, at: 8),
            LittleEndian.uint64(bytes, at: 16), LittleEndian.uint64(bytes, at: 24)
        )
    }

    /// Keys that come one after the other; `nil` where the bytes are not a whole number of them.
    public static func keys(in bytes: [UInt8]) -> [FeatureKey]? {
        guard bytes.count % byteCount == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: byteCount).map {
            FeatureKey(bytes: Array(bytes[$0..<$0 + byteCount]))
        }
    }

    /// The digest.
    public var bytes: [UInt8] {
        LittleEndian.bytes(words.0) + LittleEndian.bytes(words.1) + LittleEndian.bytes(words.2)
            + LittleEndian.bytes(words.3)
    }

    public static func == (left: FeatureKey, right: FeatureKey) -> Bool { left.words == right.words }

    // Any eight bytes of a SHA-256 are hash enough.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

func hexadecimal(_ byte: UInt8) -> String {
    let digits = Array("0123456789abcdef")
    return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
}
