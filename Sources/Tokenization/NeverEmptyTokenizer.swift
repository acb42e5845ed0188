/// A tokenizer without special tokens, but for the empty text, which becomes one: a model has nothing to say of a
/// sequence without tokens.
struct NeverEmptyTokenizer: Tokenizer {
    private let base: any Tokenizer
    private let filler: Int32

    init(_ base: any Tokenizer, filler: Int32) {
        self.base = base
        self.filler = filler
    }

    var vocabularySize: Int { base.vocabularySize }

    var fingerprint: String { "empty \(filler)\n" + base.fingerprint }

    func encode(_ text: String, maximumLength: Int) -> [Int32] {
        let ids = base.encode(text, maximumLength: maximumLength)
        return ids.isEmpty ? [filler] : ids
    }
}
