import Foundation

/// Reads a WebDataset shard: a tar archive in which files that follow one another and share the name up to
/// the first dot of its last component are one sample: `000000.png`, `000000.cls`.
///
/// Only one sample is in memory at a time. Formats are POSIX ustar, GNU and pax, the latter two with long
/// names.
public struct WebDatasetReader {
    /// Files of one sample by their extension, without the first dot.
    public struct Entry: Sendable, Equatable {
        public let key: String
        public let files: [String: [UInt8]]
    }

    private struct Member {
        let name: String
        let size: Int
        let kind: Kind
    }

    private enum Kind {
        case file
        /// Its contents are the next file's name.
        case longName
        /// Its contents are records about the next file, of which "path" is one.
        case records
        case other
    }

    /// Extensions of the images that samples may have, in lower case.
    public static let imageTypes = ["png", "jpg", "jpeg"]

    /// A file's bytes are not taken into memory beyond this.
    public static let maximumFileSize = 1 << 28

    private let handle: FileHandle
    private let name: String
    private var pending: (key: String, type: String, bytes: [UInt8])?
    private var offset = 0
    private var isAtEnd = false

    /// - Parameter name: How errors call the file; its own name where there is none.
    /// - Throws: `DatasetError` where the file cannot be opened.
    public init(file: URL, name: String? = nil) throws {
        let name = name ?? file.lastPathComponent
        self.name = name
        do {
            handle = try FileHandle(forReadingFrom: file)
        } catch {
            throw DatasetError(
                code: .unreadableFile, reason: "cannot be read: \(error.localizedDescription)", file: name)
        }
    }

    /// All samples of a shard.
    /// - Throws: `DatasetError` where the archive is damaged.
    public static func entries(of file: URL) throws -> [Entry] {
        var reader = try WebDatasetReader(file: file)
        var entries: [Entry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    /// The next sample; `nil` at the end.
    /// - Throws: `DatasetError` where the archive is damaged.
    public mutating func next() throws -> Entry? {
        guard let first = try pending ?? nextFile() else { return nil }
        pending = nil
        var files = [first.type: first.bytes]
        while let file = try nextFile() {
            guard file.key == first.key else {
                pending = file
                break
            }
            guard files.updateValue(file.bytes, forKey: file.type) == nil else {
                throw damaged("\"\(file.key).\(file.type)\" stands there twice")
            }
        }
        return Entry(key: first.key, files: files)
    }

    private mutating func nextFile() throws -> (key: String, type: String, bytes: [UInt8])? {
        var longName: String?
        while let member = try nextMember() {
            let bytes = try read(member.size, of: member.name)
            _ = try read((512 - member.size % 512) % 512, of: member.name)
            switch member.kind {
            case .longName: longName = try text(bytes[...])
            case .records: longName = Self.path(inRecords: bytes[...]) ?? longName
            case .file:
                if let file = split(longName ?? member.name) { return (file.key, file.type, bytes) }
                longName = nil
            case .other: longName = nil
            }
        }
        return nil
    }

    private func split(_ name: String) -> (key: String, type: String)? {
        let component = name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex
        guard let dot = name[component...].firstIndex(of: ".") else { return nil }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    /// Records are "<length> <key>=<value>\n", the length being that of all of it.
    private static func path(inRecords bytes: ArraySlice<UInt8>) -> String? {
        var rest = bytes
        while let space = rest.firstIndex(of: 32),
            let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > 0,
            length <= rest.count, space < rest.startIndex + length
        {
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            if record.starts(with: "path=".utf8) {
                return String(decoding: record.dropFirst(5).dropLast(), as: UTF8.self)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return nil
    }

    private mutating func nextMember() throws -> Member? {
        guard !isAtEnd else { return nil }
        let header = try readUpTo(512)
        // Archives end with blocks of zeros, or just end.
        if header.isEmpty || header.count == 512 && header.allSatisfy({ $0 == 0 }) {
            isAtEnd = true
            return nil
        }
        guard header.count == 512 else { throw damaged("ends in the middle of a header: it is cut short") }
        try checkSum(header)
        guard let size = octal(header[124..<136]), size <= Self.maximumFileSize else {
            throw damaged("has a file with an unreadable size, or one above \(Self.maximumFileSize) bytes")
        }
        let isPOSIX = header[257..<262].elementsEqual("ustar".utf8) && header[262] == 0
        let prefix = isPOSIX ? try text(header[345..<500]) : ""
        let short = try text(header[0..<100])
        let kind: Kind =
            switch header[156] {
            case 0, UInt8(ascii: "0"): .file
            case UInt8(ascii: "L"): .longName
            case UInt8(ascii: "x"): .records
            default: .other
            }
        return Member(name: prefix.isEmpty ? short : "\(prefix)/\(short)", size: size, kind: kind)
    }

    private func checkSum(_ header: [UInt8]) throws {
        let sum = header.enumerated().reduce(0) { sum, byte in
            sum + ((148..<156).contains(byte.offset) ? 32 : Int(byte.element))
        }
        guard octal(header[148..<156]) == sum else {
            throw damaged(
                "has a header with a wrong checksum at byte \(offset - 512): no tar archive, or damaged")
        }
    }

    private func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 32 }.prefix { $0 != 32 && $0 != 0 }
        return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private func text(_ field: ArraySlice<UInt8>) throws -> String {
        guard let text = String(validating: field.prefix { $0 != 0 }, as: UTF8.self) else {
            throw damaged("has a name that is not UTF-8 at byte \(offset - 512)")
        }
        return text
    }

    private mutating func read(_ count: Int, of member: String) throws -> [UInt8] {
        let bytes = try readUpTo(count)
        guard bytes.count == count else { throw damaged("ends within \"\(member)\": it is cut short") }
        return bytes
    }

    private mutating func readUpTo(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let more = try handle.read(upToCount: count - bytes.count), !more.isEmpty {
            bytes.append(contentsOf: more)
        }
        offset += bytes.count
        return bytes
    }

    private func damaged(_ reason: String) -> DatasetError {
        DatasetError(code: .unreadableFile, reason: reason, file: name)
    }
}
