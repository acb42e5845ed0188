import Foundation

/// The public functions in `Sources/DifferentiableTensors/Operations` that return a variable, by their full
/// names, such as `linear(_:weight:bias:activation:)`: read from the source, so that a new operation cannot
/// be forgotten.
enum DeclaredOperations {
    static func names() throws -> Set<String> {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Sources/DifferentiableTensors/Operations")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "swift" }.reduce(into: []) { names, file in
            names.formUnion(try Self.names(in: String(contentsOf: file, encoding: .utf8)))
        }
    }

    static func names(in source: String) -> Set<String> {
        var names: Set<String> = []
        for declaration in source.matches(of: /public (?:static )?func ([^ (]+) ?\(/) {
            let (parameters, rest) = splitAtClosingParenthesis(source[declaration.range.upperBound...])
            let result = rest.prefix { $0 != "{" }
            guard result.contains("Variable") else { continue }
            names.insert("\(declaration.output.1)(\(labels(parameters)))")
        }
        return names
    }

    private static func splitAtClosingParenthesis(_ text: Substring) -> (Substring, Substring) {
        var depth = 1
        for index in text.indices {
            depth += text[index] == "(" ? 1 : text[index] == ")" ? -1 : 0
            if depth == 0 { return (text[..<index], text[text.index(after: index)...]) }
        }
        return (text, "")
    }

    /// `x: Variable, by factor: (a: Int, b: Int) = …` to `x:by:`.
    private static func labels(_ parameters: Substring) -> String {
        var depth = 0
        let topLevel = parameters.filter { character in
            if "([".contains(character) { depth += 1 }
            defer { if ")]".contains(character) { depth -= 1 } }
            return depth == 0
        }
        return topLevel.split(separator: ",").compactMap { parameter in
            parameter.split(whereSeparator: { $0.isWhitespace || $0 == ":" }).first.map { "\($0):" }
        }.joined()
    }
}
