/// What a ring adds up, element by element. The ring knows neither tensors nor numbers, only bytes.
///
/// An element has two forms: a *sum*, as it travels in the first half of the ring, and a *result*, made from
/// the finished sum by `finish` and spread in the second half. Sums must be such that their order does not
/// matter (integers), which is what makes results alike on any number of members.
///
/// The ring calls one method at a time, in the isolation of whoever called `allReduce`. Ranges are never empty
/// and lie within `0..<count`.
public protocol ReductionBuffer: AnyObject {
    /// Elements; the same on every member.
    var count: Int { get }
    /// Bytes of one element's sum.
    var sumElementBytes: Int { get }
    /// Bytes of one element's result.
    var resultElementBytes: Int { get }
    /// The sums of a range: this member's own, with what it has accumulated.
    func read(_ range: Range<Int>) throws -> [UInt8]
    /// Adds sums of a range that came from another member.
    func accumulate(_ bytes: [UInt8], into range: Range<Int>) throws
    /// Turns finished sums into results. Called for ranges that do not overlap and together make up the segment
    /// that this member owns; on a ring of one, once for everything.
    func finish(_ range: Range<Int>) throws
    /// The results of a range that this member has finished.
    func readResult(_ range: Range<Int>) throws -> [UInt8]
    /// Stores results of a range that another member has finished.
    func writeResult(_ bytes: [UInt8], into range: Range<Int>) throws
}
