/// A tokenizer without special tokens, but for the empty text, which becomes one: a model has nothing to say of a
/// sequence without tokens.
public struct NeverEmptyTokenizer: Tokenizer {
    private let base: any Tokenizer
    /// What an empty text becomes: the token that ends documents, which no text has within it.
    public let filler: (text: String, id: Int32)

    init(_ base: any Tokenizer, filler: (text: String, id: Int32)) {
        self.base = base
        self.filler = filler
    }

    public var vocabularySize: Int { base.vocabularySize }

    public var fingerprint: String { "empty \(filler.id)\n" + base.fingerprint }

    public func encode(_ text: String, maximumLength: Int) -> [Int32] {
        let ids = base.encode(text, maximumLength: maximumLength)
        return ids.isEmpty ? [filler.id] : ids
    }
}
