import TrainingJobs

/// A sample's payload as 64 bits: FNV-1a, then a finaliser, since FNV's high bits alone are poorly mixed. It
/// decides draws and splits, not identity.
enum PayloadHash {
    static func of(_ payload: SamplePayload) -> UInt64 {
        switch payload {
        // Texts are hashed where they lie.
        case .text(let text): of(text.utf8)
        case .image(let file): of(file)
        case .numbers: of(payload.bytes)
        }
    }

    /// Whether a sample with this hash belongs to the validation part of a file. Equal payloads fall on the
    /// same side, and neither the seed nor the file's order matters.
    static func isValidation(_ hash: UInt64, fraction: Double) -> Bool {
        Double(hash >> 11) * 0x1p-53 < fraction
    }

    private static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return SplitMix64.mix(hash)
    }
}
