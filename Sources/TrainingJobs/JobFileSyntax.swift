import Foundation
import Yams

/// From a job file's bytes to YAML nodes with their places.
enum JobFileSyntax {
    /// More aliases than a job file has a use for. A dozen of them in levels already name thousands of nodes.
    private static let maximumAliases = 20

    /// Throws `JobError` (`syntax`) with the line where the bytes are not UTF-8.
    static func text(of data: Data, name: String) throws -> String {
        if let text = String(validating: data, as: UTF8.self) { return text }
        let lines = data.split(separator: 10, omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        throw error(
            "The file is not UTF-8 text: save it as UTF-8.",
            SourceLocation(file: name, line: line + 1, column: 1))
    }

    /// The single document of `text`. Throws `JobError` (`syntax`).
    static func root(of text: String, name: String) throws -> Node {
        let start = SourceLocation(file: name, line: 1, column: 1)
        let body = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        if let location = excessAlias(in: body, name: name) {
            throw error("A job file may have \(maximumAliases) aliases (*name) at the most.", location)
        }
        let node: Node?
        do {
            node = body.isEmpty ? nil : try Parser(yaml: body, encoding: .utf8).singleRoot()
        } catch let yamlError as YamlError {
            throw translated(yamlError, text: body, name: name)
        }
        guard let node else {
            throw error("The file is empty. A job file needs name, backbone, technique and tasks.", start)
        }
        return node
    }

    /// Where the aliases become too many; Yams would follow each, over and over.
    private static func excessAlias(in text: String, name: String) -> SourceLocation? {
        var line = 1
        var aliases = 0
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 10 { line += 1 }
            let isNameByte =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F || byte == 0x2D || byte >= 0x80
            if previous == 0x2A, isNameByte {
                aliases += 1
                if aliases > maximumAliases { return SourceLocation(file: name, line: line, column: 1) }
            }
            previous = byte
        }
        return nil
    }

    private static func translated(_ yamlError: YamlError, text: String, name: String) -> JobError {
        func place(_ mark: Mark) -> SourceLocation {
            SourceLocation(file: name, line: max(1, mark.line), column: max(1, mark.column))
        }
        let start = SourceLocation(file: name, line: 1, column: 1)
        switch yamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap(\.self).joined(separator: ": ")
            return error("This is not valid YAML: \(words).", place(mark))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            return error(
                "The mapping that starts with this key has \(keys) more than once. Keep one; the rest "
                    + "of the file is checked after that.", place(context.mark))
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            return error(
                "This is not valid YAML: \(problem).", SourceLocation(file: name, line: line, column: 1))
        default:
            return error("This is not valid YAML: \(yamlError).", start)
        }
    }

    private static func error(_ message: String, _ location: SourceLocation) -> JobError {
        JobError(
            code: .syntax, message: "\(location.file) cannot be read as a job file.",
            problems: [JobProblem(keyPath: "", location: location, message: message)])
    }
}
