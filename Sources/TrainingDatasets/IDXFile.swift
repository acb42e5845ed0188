import Foundation
import GzipReading

/// Reads a file in MNIST's IDX format, plain or gzip: two zero bytes, the type of its elements, the number of
/// dimensions, each dimension as a big-endian u32, then the elements (LeCun, "The MNIST database", 1998). Only
/// bytes (type 8) are read.
struct IDXFile {
    private static let bytesType: UInt8 = 8
    /// An item's bytes at the most.
    private static let maximumItemSize = 1 << 28

    /// The first is the number of items.
    let dimensions: [Int]
    let name: String
    private let file: GzipFile
    private var itemsRead = 0

    /// - Parameter name: How errors call the file.
    /// - Throws: `DatasetError`: `unreadableFile`, `invalidIDX`.
    init(url: URL, name: String) throws {
        self.name = name
        let file = try Self.naming(name) { try GzipFile(url: url) }
        self.file = file
        func read(_ count: Int) throws -> [UInt8] { try Self.naming(name) { try file.read(upTo: count) } }
        let magic = try read(4)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0, (1...4).contains(magic[3]) else {
            throw Self.invalid("This is not an IDX file: it does not start as one.", name)
        }
        guard magic[2] == Self.bytesType else {
            throw Self.invalid(
                "Its elements are of type \(magic[2]); only unsigned bytes (type 8) are read.", name)
        }
        let sizes = try read(4 * Int(magic[3]))
        guard sizes.count == 4 * Int(magic[3]) else {
            throw Self.invalid("It ends within its header: fetch it again.", name)
        }
        dimensions = stride(from: 0, to: sizes.count, by: 4).map { start in
            sizes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        guard dimensions.dropFirst().allSatisfy({ $0 > 0 }), dimensions[0] <= Int(Int32.max), itemSize > 0
        else {
            throw Self.invalid("Its dimensions are \(shape), which no data have.", name)
        }
    }

    var count: Int { dimensions[0] }

    /// As "60000 × 28 × 28".
    var shape: String { dimensions.map(String.init).joined(separator: " × ") }

    /// Bytes of one item; 0 where it is too large.
    private var itemSize: Int {
        var size = 1
        for dimension in dimensions.dropFirst() {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= Self.maximumItemSize else { return 0 }
            size = product
        }
        return size
    }

    /// The next item's bytes; `nil` after the last.
    ///
    /// - Throws: `DatasetError` where the file ends early, or goes on.
    mutating func next() throws -> [UInt8]? {
        guard itemsRead < count else {
            guard try Self.naming(name, { try file.read(upTo: 1) }).isEmpty else {
                throw Self.invalid("It goes on after its \(count) items; its header does not fit it.", name)
            }
            return nil
        }
        let item = try Self.naming(name) { try file.read(upTo: itemSize) }
        guard item.count == itemSize else {
            throw Self.invalid("It ends within item \(itemsRead + 1) of \(count): fetch it again.", name)
        }
        itemsRead += 1
        return item
    }

    /// Gives errors of the file below the name that the job file has for it.
    private static func naming<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as GzipError {
            throw DatasetError(code: .unreadableFile, reason: error.message, file: name)
        }
    }

    private static func invalid(_ reason: String, _ name: String) -> DatasetError {
        DatasetError(code: .invalidIDX, reason: reason, file: name)
    }
}
