/// Where the gradients of a step are summed up: over micro-batches, then over workers.
///
/// Elements are counted over all segments, one after the other; a segment is a parameter, or figures that are summed
/// with the gradients. What a worker exchanges travels as little-endian bytes: sums while they are added up, results
/// once they are complete.
public protocol GradientSums: AnyObject {
    /// Elements of each segment.
    var segmentCounts: [Int] { get }
    /// Elements of all segments.
    var elementCount: Int { get }
    /// First element of each segment.
    var segmentStarts: [Int] { get }
    /// Each segment's fixed-point exponent, a part of checkpoints; of no effect where sums are not in fixed point.
    var exponents: [Int] { get set }
    /// Addends cut to the largest magnitude since `reset()`, in this process.
    var saturatedCount: Int { get }
    /// Addends found to be infinite or not a number since `reset()`, in this process.
    var nonFiniteCount: Int { get }

    /// Adds to a segment.
    func add(_ addend: Tensor, segment: Int)
    /// Forgets the sums.
    func reset()
    /// Sets the exponents of the next step by the results of this one.
    func adaptExponents()
    /// The result of a segment, under a shape; shares memory until the next step.
    func result(segment: Int, shape: [Int]) -> Tensor

    /// Cuts a range into parts whose elements travel in one format each.
    func exchangedParts(of range: Range<Int>) -> [Range<Int>]
    /// Bytes of one sum in such a part, at the most.
    func sumBytes(in part: Range<Int>) -> Int
    /// Bytes of one sum in such a part, at the least: where they are fewer, `sumWidth` says how many suffice.
    func smallestSumBytes(in part: Range<Int>) -> Int
    /// Bytes of one result in such a part.
    func resultBytes(in part: Range<Int>) -> Int
    /// Bytes that each sum of a range within one part needs now.
    func sumWidth(_ range: Range<Int>) throws -> Int
    /// Writes the sums of a range within one part, each in as many bytes as there is room for.
    func copySums(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws
    /// Adds a peer's sums, as `copySums` wrote them.
    func accumulate(_ bytes: RawSpan, range: Range<Int>) throws
    /// Turns complete sums into results.
    func finish(_ range: Range<Int>) throws
    /// Adds the last peer's sums and turns all into results; the sums of `range` are undefined then.
    func finish(_ range: Range<Int>, adding bytes: RawSpan) throws
    /// Writes the results of a range within one part.
    func copyResults(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws
    /// Stores a peer's results, as `copyResults` wrote them.
    func storeResults(_ bytes: RawSpan, range: Range<Int>) throws
}

extension GradientSums {
    public func smallestSumBytes(in part: Range<Int>) -> Int { sumBytes(in: part) }
    public func sumWidth(_ range: Range<Int>) throws -> Int { sumBytes(in: range) }

    public func finish(_ range: Range<Int>, adding bytes: RawSpan) throws {
        try accumulate(bytes, range: range)
        try finish(range)
    }
}

extension FixedPointAccumulator: GradientSums {
    public func exchangedParts(of range: Range<Int>) -> [Range<Int>] { range.isEmpty ? [] : [range] }
    public func sumBytes(in part: Range<Int>) -> Int { 8 }
    public func smallestSumBytes(in part: Range<Int>) -> Int { 1 }
    public func resultBytes(in part: Range<Int>) -> Int { 4 }
}
