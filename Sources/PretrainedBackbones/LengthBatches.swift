/// Groups sequences by length, so that a batch's work is even and needs no padding.
public enum LengthBatches {
    /// Places in `lengths`, longest first; of equal ones the earlier first. A batch has at most
    /// `maximumTokens` tokens, or one sequence that is longer.
    public static func batches(lengths: [Int], maximumTokens: Int) -> [[Int]] {
        let order = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
        var batches: [[Int]] = []
        var tokens = 0
        for place in order {
            if batches.isEmpty || tokens + lengths[place] > maximumTokens {
                batches.append([])
                tokens = 0
            }
            batches[batches.count - 1].append(place)
            tokens += lengths[place]
        }
        return batches
    }
}
