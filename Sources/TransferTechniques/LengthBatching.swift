/// How samples are grouped to go through the frozen part: by length, so that a batch's work is even, and
/// without padding.
public enum LengthBatching {
    /// Tokens of a batch.
    public static let defaultTokens = 2048

    /// Groups of places in `lengths`, longest samples first; of equal ones the earlier first. A group has at
    /// most `tokens` tokens, or one sample that is longer.
    public static func batches(lengths: [Int], tokens: Int = defaultTokens) -> [[Int]] {
        let order = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
        var batches: [[Int]] = []
        var sum = 0
        for place in order {
            if batches.isEmpty || sum + lengths[place] > tokens {
                batches.append([])
                sum = 0
            }
            batches[batches.count - 1].append(place)
            sum += lengths[place]
        }
        return batches
    }
}
