/// Which members share a host's memory, from what each one could open. Every member works it out by itself from the
/// same answers, so all come to the same.
enum HostGroups {
    /// - Parameter opened: for each rank, the ranks whose segments it has opened.
    /// - Returns: all ranks in groups, in rising order; within a group everybody has opened everybody's.
    static func form(opened: [Set<Int>]) -> [[Int]] {
        var groups: [[Int]] = []
        for rank in opened.indices {
            let home = groups.firstIndex { group in
                group.allSatisfy { opened[$0].contains(rank) && opened[rank].contains($0) }
            }
            if let home { groups[home].append(rank) } else { groups.append([rank]) }
        }
        return groups
    }
}
