import Foundation

/// Which row of a table of biases a distance between two tokens has: near distances one each, farther ones in
/// groups that grow by a factor, all beyond the largest one (Raffel et al. 2020, section 2.1).
struct T5DistanceBuckets {
    let count: Int
    let maximumDistance: Int
    /// Whether tokens behind are seen, too: they have the second half of the table. Else they share row 0.
    let isBidirectional: Bool

    /// Of distances −(length − 1) … length − 1 from a query to a key.
    func buckets(length: Int) -> [Int] {
        let last = max(length, 1) - 1
        return (-last...last).map(bucket)
    }

    /// - Parameter distance: the key's position less the query's.
    func bucket(_ distance: Int) -> Int {
        let side = isBidirectional ? count / 2 : count
        let start = isBidirectional && distance > 0 ? side : 0
        let steps = isBidirectional ? abs(distance) : max(0, -distance)
        let exact = side / 2
        guard steps >= exact else { return start + steps }
        // In single precision, as the reference: at the edges of groups the last bit decides.
        let groups =
            logf(Float(steps) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
            * Float(side - exact)
        return start + min(exact + Int(groups), side - 1)
    }
}
