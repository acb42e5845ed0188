import Foundation

/// Names of classes that files call by number: line i of a text file, from 0, is the name of class i.
struct ClassNames {
    private static let maximumFileSize = 1 << 20

    let names: [String]
    private let file: String

    /// - Parameter name: How errors call the file.
    /// - Throws: `DatasetError` where the file cannot be read, or a line is empty or stands there twice.
    init(url: URL, name: String) throws {
        file = name
        let lines = try LineReader(url: url, name: name)
        var names: [String] = []
        var seen: Set<LabelName> = []
        var bytes: [UInt8] = []
        var blankLine: Int?
        while try lines.appendLine(to: &bytes, row: lines.line + 1) {
            defer { bytes.removeAll(keepingCapacity: true) }
            guard let text = String(validating: bytes, as: UTF8.self), lines.line <= Self.maximumFileSize
            else {
                throw DatasetError(
                    code: .invalidUTF8, reason: "The line is not UTF-8: save the file as UTF-8.", file: name,
                    line: lines.line)
            }
            let label = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if label.isEmpty {
                // Blank lines may end the file, and stand nowhere else: they would shift the numbers.
                blankLine = blankLine ?? lines.line
                continue
            }
            if let blankLine {
                throw DatasetError(
                    code: .missingValue, reason: "The line is blank, so that a class has no name.",
                    file: name,
                    line: blankLine)
            }
            guard seen.insert(LabelName(label)).inserted else {
                throw DatasetError(
                    code: .duplicateColumn, reason: "\"\(label.prefix(60))\" stands there twice.", file: name,
                    line: lines.line)
            }
            names.append(label)
        }
        guard !names.isEmpty else {
            throw DatasetError(
                code: .emptyData, reason: "The file is empty; a class's name on every line is expected.",
                file: name)
        }
        self.names = names
    }

    /// The name of the class that a file calls `label`: its number, or the name itself.
    ///
    /// - Throws: `DatasetError` (`unknownLabel`) where `row` is of no such class.
    func name(of label: String, in row: LabelledRow) throws -> String {
        if let number = Int(label) {
            if names.indices.contains(number) { return names[number] }
        } else if names.contains(where: { LabelName($0) == LabelName(label) }) {
            return label
        }
        throw row.error(
            .unknownLabel,
            "The label \"\(label.prefix(60))\" has no line in \(file), whose classes are 0 to "
                + "\(names.count - 1).")
    }
}
