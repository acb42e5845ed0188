/// All that decides what a byte-level tokenizer does, whatever files it came from.
struct BytePairConfiguration: Sendable {
    /// In the alphabet of `ByteLevelCharacters`.
    var vocabulary: [(text: String, id: Int32)] = []
    /// The most important first.
    var merges: [(left: String, right: String)] = []
    /// Whether text begins as if a space stood before it.
    var addsPrefixSpace = false
    /// Whether a word that is in the vocabulary is taken whole, however merges would build it.
    var ignoresMerges = false
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
            "byte pairs 1", "prefix space \(addsPrefixSpace)", "whole words \(ignoresMerges)",
            "before \(prefixIDs) after \(suffixIDs)",
        ]
        lines += addedTokens.map { "added \($0.id) \(field($0.text)) \($0.rules)" }
        lines += vocabulary.map { "\($0.id) \(field($0.text))" }
        lines += merges.map { "merge \(field($0.left)) \(field($0.right))" }
        return lines.joined(separator: "\n")
    }
}
