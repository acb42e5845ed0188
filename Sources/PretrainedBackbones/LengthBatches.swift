/// Groups sequences of like lengths, so that batches have even work and results come back in order.
public enum LengthBatches {
    /// Indices of sequences, shortest first, in batches of at most `maximumTokens` tokens; a longer sequence
    /// is a batch by itself.
    public static func batches(lengths: [Int], maximumTokens: Int) -> [[Int]] {
        let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        var batches: [[Int]] = []
        var tokens = Int.max / 2
        for index in order {
            tokens += lengths[index]
            if tokens > maximumTokens {
                batches.append([])
                tokens = lengths[index]
            }
            batches[batches.count - 1].append(index)
        }
        return batches
    }
}
