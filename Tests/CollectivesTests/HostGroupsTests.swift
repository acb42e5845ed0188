import Testing

@testable import Collectives

@Suite struct HostGroupsTests {
    @Test(
        "a group is made of members that all opened each other's",
        arguments: [
            ([[]], [[0]]),
            ([[1], [0]], [[0, 1]]),
            ([[1], []], [[0], [1]]),
            ([[2], [3], [0], [1]], [[0, 2], [1, 3]]),
            // 2 has opened nothing of 1's: it stays out of their group.
            ([[1, 2], [0, 2], [0]], [[0, 1], [2]]),
        ] as [([Set<Int>], [[Int]])])
    func groups(opened: [Set<Int>], expected: [[Int]]) {
        #expect(HostGroups.form(opened: opened) == expected)
    }
}
