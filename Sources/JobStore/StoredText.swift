/// Text for people as it may be stored and sent.
enum StoredText {
    /// Zero bytes end a string for C, and no message can carry one: they become U+FFFD. One bad line must not
    /// make every list of jobs unsendable.
    static func clean(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}
