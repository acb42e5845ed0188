/// All that decides what a WordPiece tokenizer does, whatever files it came from.
struct WordPieceConfiguration: Sendable {
    var normalizer = BertNormalizer()
    var vocabulary: [(text: String, id: Int32)] = []
    var unknownToken = "[UNK]"
    var continuationPrefix = "##"
    /// Words with more code points become the unknown token.
    var maximumWordLength = 100
    var addedTokens: [AddedToken] = []
    /// Ids put before and after a text.
    var prefixIDs: [Int32] = []
    var suffixIDs: [Int32] = []

    func id(of token: String) -> Int32? {
        let isToken = { (text: String) in text.utf8.elementsEqual(token.utf8) }
        return addedTokens.last { isToken($0.text) }?.id ?? vocabulary.last { isToken($0.text) }?.id
    }

    /// See `Tokenizer.fingerprint`. Tokens are escaped by their length, so that none can pose as another.
    var fingerprint: String {
        func field(_ text: String) -> String { "\(text.utf8.count):\(text)" }
        var lines = [
            "wordpiece 1", "normalizer \(normalizer)", "unknown \(field(unknownToken))",
            "prefix \(field(continuationPrefix))", "longest word \(maximumWordLength)",
            "before \(prefixIDs) after \(suffixIDs)",
        ]
        lines += addedTokens.map { "added \($0.id) \(field($0.text)) \($0.rules)" }
        lines += vocabulary.map { "\($0.id) \(field($0.text))" }
        return lines.joined(separator: "\n")
    }
}
