/// What an all-reduce adds up, element by element. The exchange knows neither tensors nor numbers, only bytes.
///
/// An element has two forms: a *sum*, as it travels in the first half of the exchange, and a *result*, made from
/// the finished sum by `finish` and spread in the second half. Where the order of sums does not matter (integers)
/// results are alike on any number of members. Otherwise (floats) all members still have the same results, since one
/// of them finishes an element and the others store what it made.
///
/// The exchange calls one method at a time, in the isolation of whoever called `allReduce`. Ranges are never empty
/// and lie within `0..<count`. Spans are the exchange's own memory, valid for the call only: a socket's message or
/// memory that processes share. They need not be aligned.
public protocol ReductionBuffer: AnyObject {
    /// Elements; the same on every member.
    var count: Int { get }
    /// Bytes of one element's sum, at the most.
    var sumElementBytes: Int { get }
    /// Bytes of one element's sum, at the least: where they are fewer than `sumElementBytes`, sockets carry as many as
    /// `sumBytes` says.
    var smallestSumElementBytes: Int { get }
    /// Bytes of one element's result.
    var resultElementBytes: Int { get }
    /// Whether a step ends with it: of the all-reduces of one step only the first waits for others' computing.
    var endsStep: Bool { get }
    /// Bytes that each sum of a range needs now.
    func sumBytes(_ range: Range<Int>) throws -> Int
    /// Writes the sums of a range: this member's own, with what it has accumulated.
    ///
    /// - Parameter bytes: `sumElementBytes` for each element of the range, or as many as `sumBytes` said.
    func read(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws
    /// Adds sums of a range that came from another member, which says by their number how many bytes each has.
    func accumulate(_ bytes: RawSpan, into range: Range<Int>) throws
    /// Turns finished sums into results, which is the last use of those sums: for everything, where there is one
    /// member.
    func finish(_ range: Range<Int>) throws
    /// Adds the last of the other members' sums and turns the range into results, which is the last use of its sums.
    /// Called for ranges that do not overlap and together make up what this member owns. The same as `accumulate` and
    /// `finish` where a buffer has no faster way.
    func finish(_ range: Range<Int>, adding bytes: RawSpan) throws
    /// Writes the results of a range that this member has finished or stored.
    ///
    /// - Parameter bytes: `resultElementBytes` for each element of the range.
    func readResult(_ range: Range<Int>, into bytes: inout MutableRawSpan) throws
    /// Stores results of a range that another member has finished.
    func writeResult(_ bytes: RawSpan, into range: Range<Int>) throws
}

extension ReductionBuffer {
    public var smallestSumElementBytes: Int { sumElementBytes }

    public var endsStep: Bool { true }

    public func sumBytes(_ range: Range<Int>) throws -> Int { sumElementBytes }

    public func finish(_ range: Range<Int>, adding bytes: RawSpan) throws {
        try accumulate(bytes, into: range)
        try finish(range)
    }
}
