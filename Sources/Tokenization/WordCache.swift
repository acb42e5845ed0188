/// The ids of words met before: texts repeat most of theirs.
///
/// Bounded: when it is full it begins anew. Words and ids lie in two arrays, so that a hit takes no memory.
struct WordCache {
    private struct Entry {
        var hash: UInt64
        var word: Range<Int>
        var ids: Range<Int>
    }

    /// Longer words are seldom met again.
    private static let longestWord = 64
    private static let mostWords = 1 << 15

    /// Place in `entries` plus one; 0 where the slot is free.
    private var slots = [Int32](repeating: 0, count: WordCache.mostWords * 2)
    private var entries: [Entry] = []
    private var words: [UInt8] = []
    private var ids: [Int32] = []

    /// Appends the ids of `word` from the cache, or what `encode` appends, which is then kept.
    mutating func appendIDs(
        of word: ArraySlice<UInt8>, to result: inout [Int32],
        encode: (_ word: ArraySlice<UInt8>, _ result: inout [Int32]) -> Void
    ) {
        guard word.count <= Self.longestWord else { return encode(word, &result) }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.hash == hash, words[entry.word].elementsEqual(word) {
                for index in entry.ids { result.append(ids[index]) }
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let start = result.count
        encode(word, &result)
        keep(word, hash, result[start...], slot)
    }

    private mutating func keep(
        _ word: ArraySlice<UInt8>, _ hash: UInt64, _ newIDs: ArraySlice<Int32>, _ slot: Int
    ) {
        guard entries.count < Self.mostWords else {
            self = WordCache()
            return
        }
        entries.append(
            Entry(
                hash: hash, word: words.count..<words.count + word.count,
                ids: ids.count..<ids.count + newIDs.count))
        words.append(contentsOf: word)
        ids.append(contentsOf: newIDs)
        slots[slot] = Int32(entries.count)
    }
}
