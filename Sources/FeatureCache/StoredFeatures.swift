/// One sample's features as they were written, with the checksum of that moment: what travels between stores.
public struct StoredFeatures: Sendable, Equatable {
    /// Bytes of a checksum.
    public static let checksumBytes = FeatureSegmentFormat.checksumSize

    public var rows: Int
    public var width: Int
    /// rows × width Float32, little-endian.
    public var bytes: [UInt8]
    /// SHA-256 of the bytes, cut.
    public var checksum: [UInt8]

    public init(rows: Int, width: Int, bytes: [UInt8], checksum: [UInt8]) {
        self.rows = rows
        self.width = width
        self.bytes = bytes
        self.checksum = checksum
    }

    /// Whether these are the bytes that were written. Nothing in them is trusted.
    public var isIntact: Bool {
        let (elements, overflow) = rows.multipliedReportingOverflow(by: width)
        guard rows > 0, width > 0, !overflow, bytes.count % 4 == 0, bytes.count / 4 == elements else {
            return false
        }
        return FeatureSegmentFormat.checksum(bytes) == checksum
    }
}
