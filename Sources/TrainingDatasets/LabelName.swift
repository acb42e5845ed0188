/// A label as its bytes. Swift takes texts for equal that differ in how accents are composed; to a file, and to
/// whoever reads the model's labels, they are two.
struct LabelName: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: LabelName, b: LabelName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
