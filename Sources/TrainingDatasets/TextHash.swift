import TrainingJobs

/// A text as 64 bits: FNV-1a, then a finaliser, since FNV's high bits alone are poorly mixed. It decides
/// draws and splits, not identity.
enum TextHash {
    static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return SplitMix64.mix(hash)
    }

    /// Whether a text belongs to the validation part of a file. Equal texts fall on the same side, and
    /// neither the seed nor the file's order matters.
    static func isValidation(_ text: String, fraction: Double) -> Bool {
        Double(of(text) >> 11) * 0x1p-53 < fraction
    }
}
