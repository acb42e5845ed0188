import Testing

@testable import ContentStore

@Suite struct LogicalPathTests {
    @Test(arguments: [
        "train.csv", "backbone/config.json", "a/b c/ü.txt", "..a/b..", String(repeating: "a", count: 512),
    ])
    func pathsWithinAFolder(path: String) { #expect(LogicalPath.isValid(path)) }

    @Test(arguments: [
        "", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a\\b", "a\0b", "a\nb", "a\u{7F}",
        String(repeating: "a", count: 513),
    ])
    func otherPaths(path: String) { #expect(!LogicalPath.isValid(path)) }
}
