/// Finds the name that a misspelt one was probably meant to be.
enum NearestName {
    /// The candidate nearest to `name` by edit distance, where it is near enough to be meant, or else the
    /// only one that `name` abbreviates; hyphens, underscores and case do not count.
    static func of(_ name: String, among candidates: [String]) -> String? {
        let wanted = folded(name)
        // Beyond this a name is no misspelling, and the table would be large.
        guard wanted.count <= 64 else { return nil }
        let ranked = candidates.map { (name: $0, distance: distance(wanted, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(1, min(wanted.count, best.name.count) / 3) { return best.name }
        let longer = candidates.filter { abbreviates(wanted, folded($0)) }
        return longer.count == 1 ? longer[0] : nil
    }

    /// Whether the letters of `short` stand in `long` in their order, the first at its start: "lr",
    /// "max_length".
    private static func abbreviates(_ short: [Character], _ long: [Character]) -> Bool {
        guard short.count >= 2, short.first == long.first else { return false }
        var rest = short[...]
        for character in long where character == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    private static func folded(_ name: String) -> [Character] {
        name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for (row, character) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var best = min(
                    last[column] + (character == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, character == second[column - 1], first[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
