import Foundation
import Testing

@testable import TrainingJobs

/// Whatever YAML comes, the reader answers with a job or a `JobError`.
@Suite struct JobFileSyntaxTests {
    static let deep = 3_000

    @Test(arguments: [
        "", "   \n", "# only a comment", "---\n...", "null", "7", "- a\n- b", "[]", "{}", "\u{FEFF}name: a",
        "a: b: c",
        "name: 'open", "name: \"\\ud800\"", "name: \"\\x\"", "%YAML 3.0\n---\nname: a",
        "name: a\n---\nname: b",
        "name: a\nname: b", "\tname: a", "name: *nowhere", "name: &x a\nseed: *x", "? [a, b]\n: c",
        "? {a: b}\n: c",
        "<<: {name: a}", "name: !!binary x", "name: !!int a", "name: !weird a", "name: |\n  a\n  b",
        "a: \u{1}",
        "name: &a [*a]", "tasks: &t\n  - name: a\n    train: *t", "name: \"a\\0b\"", "backbone: \"\\0\"",
        "&a : *a",
        "tasks: [{}, [], 1, null, {name: [], train: {path: {}}}]",
        "training: {optimizer: [], schedule: {kind: {}}}",
    ])
    func oddFilesAreRefusedByLine(text: String) throws {
        let error = #expect(throws: JobError.self) { try decode(text) }
        let problems = try #require(error?.problems)
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { ($0.location?.line ?? 0) >= 1 })
    }

    @Test(arguments: [
        String(repeating: "[", count: deep) + String(repeating: "]", count: deep),
        String(repeating: "{a: ", count: deep) + String(repeating: "}", count: deep),
        String(repeating: "- ", count: deep) + "a", String(repeating: "? ", count: deep) + "a",
        String(repeating: "[", count: 990) + String(repeating: "]", count: 990),
        String(repeating: "? - ", count: 400) + "a",
    ])
    func deepNestingIsRefused(text: String) async {
        // On a task's thread, whose stack is smaller than the main one's.
        let refused = await Task.detached { (try? decode(text)) == nil }.value
        #expect(refused)
    }

    @Test func manyAliasesAreRefusedBeforeTheyMultiply() {
        var text = "a0: &a0 x\n"
        for level in 1...40 { text += "? &a\(level) [*a\(level - 1), *a\(level - 1)]\n: b\n" }
        let error = #expect(throws: JobError.self) { try decode(text) }
        #expect(error?.problems.first?.message.contains("aliases") == true)
    }

    @Test func anAliasIsFollowed() throws {
        let text = smallJob.replacingOccurrences(of: "train: a.csv", with: "train: &data a.csv, test: *data")
        let job = try decode(text).specification
        #expect(job.tasks[0].test == job.tasks[0].train)
    }

    @Test func aSyntaxErrorHasItsLine() {
        let error = #expect(throws: JobError.self) { try decode("name: a\nbackbone: {folder: b\ntasks: c\n") }
        #expect(error?.code == .syntax)
        #expect((error?.problems.first?.location?.line ?? 0) >= 2)
    }

    @Test func aDuplicateKeyIsNamed() {
        let error = #expect(throws: JobError.self) { try decode("name: a\nseed: 1\nseed: 2\n") }
        #expect(error?.problems.first?.message.contains("\"seed\"") == true)
        #expect(error?.problems.first?.location?.line == 2)
    }

    /// Random cuts, swaps and insertions in a valid file: none may crash, and what is accepted obeys the
    /// rules.
    @Test func damagedFilesAreReadOrRefused() throws {
        var generator = SplitMix64(state: 7)
        let alphabet = Array("{}[]:,-&*!|>'\"%@`#?\n\t a0~.\u{E9}\\<=".unicodeScalars)
        for _ in 0..<1_500 {
            var scalars = Array(fullJob.unicodeScalars)
            for _ in 0..<(1 + Int(generator.next(below: 4))) {
                let place = Int(generator.next(below: UInt64(scalars.count)))
                switch generator.next(below: 3) {
                case 0: scalars.remove(at: place)
                case 1: scalars[place] = alphabet[Int(generator.next(below: UInt64(alphabet.count)))]
                default:
                    scalars.insert(alphabet[Int(generator.next(below: UInt64(alphabet.count)))], at: place)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            do {
                let job = try decode(String(text)).specification
                #expect(JobRules.problems(in: job).isEmpty)
            } catch let error as JobError {
                #expect(!error.problems.isEmpty)
            }
        }
    }
}
