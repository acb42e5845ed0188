/// The pieces of a WordPiece model as two tries over UTF-8 bytes: pieces that begin a word, and pieces that
/// continue one.
///
/// The longest piece at a place is found in one walk over the bytes. Pieces are whole code points, hence so
/// are matches.
struct WordPieceVocabulary: Sendable {
    private struct Trie: Sendable {
        /// Open addressing: (node << 8 | byte) + 1, or 0 where the slot is free.
        private var keys: [UInt64]
        private var children: [Int32]
        /// The id of the piece that ends at a node, or -1.
        private(set) var ids: [Int32] = [-1]
        private var edgeCount = 0

        init() {
            keys = [UInt64](repeating: 0, count: 1024)
            children = [Int32](repeating: 0, count: 1024)
        }

        mutating func insert(_ piece: some Sequence<UInt8>, id: Int32) {
            var node: Int32 = 0
            for byte in piece {
                if let next = child(of: node, byte) {
                    node = next
                } else {
                    let next = Int32(ids.count)
                    ids.append(-1)
                    addEdge(from: node, byte, to: next)
                    node = next
                }
            }
            ids[Int(node)] = id
        }

        @inline(__always)
        func child(of node: Int32, _ byte: UInt8) -> Int32? {
            let key = Self.key(node, byte)
            var slot = Self.slot(key, keys.count)
            while keys[slot] != 0 {
                if keys[slot] == key { return children[slot] }
                slot = (slot + 1) & (keys.count - 1)
            }
            return nil
        }

        private mutating func addEdge(from node: Int32, _ byte: UInt8, to next: Int32) {
            if edgeCount * 2 >= keys.count { grow() }
            place(Self.key(node, byte), next)
            edgeCount += 1
        }

        private mutating func grow() {
            let old = zip(keys, children).filter { $0.0 != 0 }
            keys = [UInt64](repeating: 0, count: keys.count * 2)
            children = [Int32](repeating: 0, count: keys.count)
            for (key, next) in old { place(key, next) }
        }

        private mutating func place(_ key: UInt64, _ next: Int32) {
            var slot = Self.slot(key, keys.count)
            while keys[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
            keys[slot] = key
            children[slot] = next
        }

        @inline(__always)
        private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
            UInt64(node) << 8 + UInt64(byte) + 1
        }

        /// Fibonacci hashing; `capacity` is a power of two.
        @inline(__always)
        private static func slot(_ key: UInt64, _ capacity: Int) -> Int {
            Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (capacity - 1)
        }
    }

    private var beginnings = Trie()
    private var continuations = Trie()

    /// - Parameter continuationPrefix: what marks a continuing piece in the vocabulary, "##" in BERT.
    init(pieces: [(text: String, id: Int32)], continuationPrefix: String) {
        let prefix = Array(continuationPrefix.utf8)
        for (text, id) in pieces {
            beginnings.insert(text.utf8, id: id)
            if text.utf8.starts(with: prefix) {
                continuations.insert(text.utf8.dropFirst(prefix.count), id: id)
            }
        }
    }

    /// Appends the pieces of one word, the longest first from the left; the unknown token alone where some
    /// part of the word is in no piece.
    func appendPieces(of word: ArraySlice<UInt8>, unknown: Int32, to ids: inout [Int32]) {
        let mark = ids.count
        var start = word.startIndex
        while start < word.endIndex {
            guard let (id, end) = longestPiece(of: word, from: start) else {
                ids.removeSubrange(mark...)
                ids.append(unknown)
                return
            }
            ids.append(id)
            start = end
        }
    }

    @inline(__always)
    private func longestPiece(of word: ArraySlice<UInt8>, from start: Int) -> (id: Int32, end: Int)? {
        if start == word.startIndex { return Self.longest(in: beginnings, word, start) }
        return Self.longest(in: continuations, word, start)
    }

    @inline(__always)
    private static func longest(in trie: Trie, _ word: ArraySlice<UInt8>, _ start: Int) -> (Int32, Int)? {
        var found: (Int32, Int)?
        var node: Int32 = 0
        var index = start
        while index < word.endIndex, let next = trie.child(of: node, word[index]) {
            node = next
            index += 1
            let id = trie.ids[Int(node)]
            if id >= 0 { found = (id, index) }
        }
        return found
    }
}
