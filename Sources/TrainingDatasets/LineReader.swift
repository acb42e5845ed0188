import Foundation

/// Reads a file line by line in chunks: memory holds a chunk and the longest row.
final class LineReader {
    static let chunkSize = 256 << 10
    /// Bytes of a row at the most. Past this it is no text to classify, but an unbalanced quote or another
    /// format.
    static let maximumRowSize = 16 << 20

    let name: String
    /// Lines read so far.
    private(set) var line = 0
    private let handle: FileHandle
    private var chunk: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// Throws `DatasetError` (`unreadableFile`).
    init(url: URL, name: String) throws {
        self.name = name
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw DatasetError(code: .unreadableFile, reason: "There is no file \(url.path).", file: name)
        }
        do {
            handle = try FileHandle(forReadingFrom: url)
        } catch {
            throw DatasetError(
                code: .unreadableFile,
                reason: "The data file cannot be opened: \(error.localizedDescription)",
                file: name)
        }
        try fill()
        // A byte order mark says UTF-8, which all data is.
        if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Appends the next line to `bytes`, without its line feed. False at the end of the file.
    ///
    /// - Parameter row: What to call the row where it is too long.
    func appendLine(to bytes: inout [UInt8], row: Int) throws -> Bool {
        if position == chunk.count { try fill() }
        guard position < chunk.count else { return false }
        line += 1
        while true {
            let rest = chunk[position...]
            let end = rest.firstIndex(of: 10) ?? rest.endIndex
            guard bytes.count + (end - position) <= Self.maximumRowSize else {
                throw DatasetError(
                    code: .rowTooLong,
                    reason: "The row has more than \(Self.maximumRowSize >> 20) MiB. Is a quote not closed?",
                    file: name, row: row, line: line)
            }
            bytes.append(contentsOf: chunk[position..<end])
            if end < chunk.count {
                position = end + 1
                return true
            }
            position = end
            try fill()
            if position == chunk.count { return true }
        }
    }

    private func fill() throws {
        guard !isAtEnd else { return }
        do {
            chunk = [UInt8](try handle.read(upToCount: Self.chunkSize) ?? Data())
        } catch {
            throw DatasetError(
                code: .unreadableFile, reason: "The data file cannot be read: \(error.localizedDescription)",
                file: name)
        }
        position = 0
        isAtEnd = chunk.isEmpty
    }
}
