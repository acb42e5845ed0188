/// Turns text into the numbers that a model reads.
public protocol Tokenizer: Sendable {
    /// One more than the largest id; a model's embedding table must have at least as many rows.
    var vocabularySize: Int { get }

    /// Everything that decides the ids, as text: equal fingerprints mean equal ids for every input. Long (it
    /// holds the vocabulary); hash it where a key is needed.
    var fingerprint: String { get }

    /// The ids of one text with the model's special tokens around them.
    ///
    /// - Parameter maximumLength: ids at the most, special tokens included. Longer text loses its end; the
    ///   special tokens always stay, even where `maximumLength` is smaller than their number.
    func encode(_ text: String, maximumLength: Int) -> [Int32]
}
