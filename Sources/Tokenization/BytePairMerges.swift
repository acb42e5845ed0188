/// Byte-pair encoding of single words (Sennrich et al. 2016, arXiv:1508.07909): a word is its bytes' tokens, and
/// the neighbours with the most important merge become one until there is none.
struct BytePairMerges: Sendable {
    private struct Merge: Sendable {
        var rank: Int32
        var id: Int32
    }

    private let byteIDs: [Int32]
    private let merges: [UInt64: Merge]
    /// Words that are taken whole.
    private let wholeWords: [[UInt8]: Int32]

    /// - Throws: `TokenizationError` where a byte has no token, or a merge speaks of tokens that are not in the
    ///   vocabulary.
    init(_ configuration: BytePairConfiguration, file: String) throws {
        var ids: [[UInt8]: Int32] = [:]
        ids.reserveCapacity(configuration.vocabulary.count)
        for (text, id) in configuration.vocabulary { ids[Array(text.utf8)] = id }
        func malformed(_ message: String) -> TokenizationError {
            TokenizationError(code: .malformed, message: message, file: file)
        }

        byteIDs = try ByteLevelCharacters.symbols.enumerated().map { byte, symbol in
            guard let id = ids[Array(String(symbol).utf8)] else {
                throw malformed(
                    "the vocabulary lacks a token for byte \(byte), written \"\(symbol)\"; byte-level vocabularies "
                        + "have one for each of the 256")
            }
            return id
        }
        var merges: [UInt64: Merge] = [:]
        merges.reserveCapacity(configuration.merges.count)
        for (rank, pair) in configuration.merges.enumerated() {
            let (left, right) = (Array(pair.left.utf8), Array(pair.right.utf8))
            guard let leftID = ids[left], let rightID = ids[right], let id = ids[left + right] else {
                throw malformed(
                    "merge \(rank + 1), \"\(pair.left)\" and \"\(pair.right)\", has a token that is not in the "
                        + "vocabulary")
            }
            merges[Self.key(leftID, rightID)] = Merge(rank: Int32(rank), id: id)
        }
        self.merges = merges
        var wholeWords: [[UInt8]: Int32] = [:]
        if configuration.ignoresMerges {
            for (text, id) in configuration.vocabulary {
                if let bytes = ByteLevelCharacters.bytes(of: text) { wholeWords[bytes] = id }
            }
        }
        self.wholeWords = wholeWords
    }

    /// Appends the ids of one word.
    func appendIDs(of word: ArraySlice<UInt8>, to ids: inout [Int32]) {
        if !wholeWords.isEmpty, let id = wholeWords[Array(word)] {
            ids.append(id)
            return
        }
        var symbols = Symbols(word.map { byteIDs[Int($0)] })
        var queue = MergeQueue()
        for left in 0..<max(0, symbols.ids.count - 1) { propose(left, symbols, to: &queue) }
        while let next = queue.popFirst() {
            // The pair may have changed since it was proposed.
            guard let right = symbols.right(of: next.left),
                merges[Self.key(symbols.ids[next.left], symbols.ids[right])]?.rank == next.rank
            else { continue }
            symbols.join(next.left, as: next.id)
            if let before = symbols.left(of: next.left) { propose(before, symbols, to: &queue) }
            propose(next.left, symbols, to: &queue)
        }
        for id in symbols.ids where id >= 0 { ids.append(id) }
    }

    private func propose(_ left: Int, _ symbols: Symbols, to queue: inout MergeQueue) {
        guard let right = symbols.right(of: left),
            let merge = merges[Self.key(symbols.ids[left], symbols.ids[right])]
        else { return }
        queue.insert(MergeQueue.Proposal(rank: merge.rank, left: left, id: merge.id))
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

/// A word's tokens as a list that shrinks: one that was joined to its left neighbour is -1.
private struct Symbols {
    private(set) var ids: [Int32]
    private var lefts: [Int]
    private var rights: [Int]

    init(_ ids: [Int32]) {
        self.ids = ids
        lefts = Array(-1..<ids.count - 1)
        rights = Array(1..<ids.count + 1)
    }

    func left(of index: Int) -> Int? { lefts[index] >= 0 ? lefts[index] : nil }

    /// `nil` too where `index` itself was joined to another.
    func right(of index: Int) -> Int? { ids[index] >= 0 && rights[index] < ids.count ? rights[index] : nil }

    mutating func join(_ left: Int, as id: Int32) {
        let right = rights[left]
        ids[left] = id
        ids[right] = -1
        rights[left] = rights[right]
        if rights[left] < ids.count { lefts[rights[left]] = left }
    }
}

/// Merges to try, the most important first, of equal ones the leftmost: a binary heap.
private struct MergeQueue {
    struct Proposal {
        var rank: Int32
        var left: Int
        var id: Int32

        func precedes(_ other: Proposal) -> Bool { (rank, left) < (other.rank, other.left) }
    }

    private var heap: [Proposal] = []

    mutating func insert(_ proposal: Proposal) {
        heap.append(proposal)
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> Proposal? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[smallest]) {
                smallest = child
            }
            guard smallest != parent else { return first }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
