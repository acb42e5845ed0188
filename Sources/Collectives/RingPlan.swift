/// How a buffer is cut for a ring: one segment for each member, each in the same number of parts.
///
/// A part travels as one chunk. Equal numbers of parts keep what members send and receive in balance, which the
/// window relies on; where a buffer is small, some parts are empty.
struct RingPlan: Sendable {
    let size: Int
    let count: Int
    let partsPerSegment: Int

    /// Elements of the smallest chunk that a segment is cut into for the sake of overlap.
    private static let smallestChunk = 4096

    /// A large chunk costs fewer changes of thread a byte, small ones let hops overlap: a segment goes in eight chunks
    /// if these are neither larger than permitted nor too small to be worth it.
    ///
    /// - Parameter largest: elements of a chunk at the most.
    init(count: Int, size: Int, largestChunk largest: Int) {
        let longestSegment = (count + size - 1) / size
        self.init(
            count: count, size: size,
            chunkElements: max(1, min(largest, max(Self.smallestChunk, longestSegment / 8))))
    }

    init(count: Int, size: Int, chunkElements: Int) {
        self.size = size
        self.count = count
        let longestSegment = (count + size - 1) / size
        partsPerSegment = max(1, (longestSegment + chunkElements - 1) / chunkElements)
    }

    func segment(_ index: Int) -> Range<Int> {
        Self.piece(index, of: 0..<count, pieces: size)
    }

    func part(_ index: Int, ofSegment segment: Int) -> Range<Int> {
        Self.piece(index, of: self.segment(segment), pieces: partsPerSegment)
    }

    /// The part that begins at an offset, or nil where none does.
    func partIndex(at offset: Int, count: Int, inSegment segment: Int) -> Int? {
        let whole = self.segment(segment)
        guard offset >= whole.lowerBound, offset <= whole.upperBound else { return nil }
        let quotient = whole.count / partsPerSegment
        let longer = whole.count % partsPerSegment
        let distance = offset - whole.lowerBound
        let edge = longer * (quotient + 1)
        let index: Int
        if distance < edge {
            index = distance / (quotient + 1)
        } else {
            index = quotient == 0 ? longer : longer + (distance - edge) / quotient
        }
        guard index < partsPerSegment else { return nil }
        let part = self.part(index, ofSegment: segment)
        return part.lowerBound == offset && part.count == count ? index : nil
    }

    /// Cuts a range into pieces whose lengths differ by one at most, the longer ones first.
    static func piece(_ index: Int, of range: Range<Int>, pieces: Int) -> Range<Int> {
        let quotient = range.count / pieces
        let longer = range.count % pieces
        let start = range.lowerBound + index * quotient + min(index, longer)
        return start..<start + quotient + (index < longer ? 1 : 0)
    }
}
