import TrainingJobs

/// A sample's payload as 64 bits: it decides draws and splits, not identity.
enum PayloadHash {
    static func of(_ payload: SamplePayload) -> UInt64 {
        switch payload {
        // Texts are hashed where they lie.
        case .text(let text): StableHash.of(text.utf8)
        case .image(let file): StableHash.of(file)
        case .numbers: StableHash.of(payload.bytes)
        }
    }

    /// Whether a sample with this hash belongs to the validation part of a file. Equal payloads fall on the
    /// same side, and neither the seed nor the file's order matters.
    static func isValidation(_ hash: UInt64, fraction: Double) -> Bool {
        Double(hash >> 11) * 0x1p-53 < fraction
    }
}
