import Foundation
import ImageDecoding
import Testing
import TestingSupport

@testable import TrainingDatasets

@Suite struct IDXRowsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func header(_ dimensions: [Int], type: UInt8 = 8) -> [UInt8] {
        [0, 0, type, UInt8(dimensions.count)]
            + dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
    }

    func rows(_ images: [UInt8], _ labels: [UInt8], names: String? = nil) throws -> [LabelledRow] {
        let classNames = try names.map {
            try ClassNames(url: folder.write($0, "names.txt"), name: "names.txt")
        }
        let source = try IDXRows(
            images: (folder.write(images, "images"), "images-idx3"),
            labels: (folder.write(labels, "labels"), "labels-idx1"), classNames: classNames)
        var rows: [LabelledRow] = []
        while let row = try source.next() { rows.append(row) }
        return rows
    }

    func image(_ row: LabelledRow) throws -> DecodedImage {
        guard case .image(let file) = row.payload else { throw row.error(.damagedImage, "no image") }
        return try DecodedImage(decoding: file, name: "row")
    }

    @Test func greyImagesBecomeColour() throws {
        let found = try rows(header([2, 2, 3]) + Array(0..<12), header([2]) + [7, 1])
        #expect(found.map(\.label) == ["7", "1"])
        #expect(found.map(\.row) == [1, 2])
        let second = try image(found[1])
        #expect(second.width == 3 && second.height == 2)
        #expect(second.pixels == (6..<12).flatMap { [UInt8](repeating: UInt8($0), count: 3) })
    }

    @Test func colourImagesStay() throws {
        let found = try rows(
            header([1, 2, 2, 3]) + Array(40..<52), header([1, 1]) + [0], names: "cat\ndog\n")
        #expect(found[0].label == "cat")
        #expect(try image(found[0]).pixels == Array(40..<52))
    }

    /// More than a stored block holds, and exactly one.
    @Test(arguments: [(65_534, 1), (300, 300), (1, 1)]) func anySizeIsAWholePNG(width: Int, height: Int)
        throws
    {
        let pixels = (0..<(width * height)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = StoredPNG.encode(width: width, height: height, channels: 1, pixels: pixels)
        let decoded = try DecodedImage(decoding: file, name: "x")
        #expect(decoded.width == width && decoded.height == height)
        #expect(stride(from: 0, to: decoded.pixels.count, by: 3).map { decoded.pixels[$0] } == pixels)
    }

    @Test(
        arguments: [
            ([1, 2, 3], 8, 12, 2, "not an IDX file"), ([2, 2, 3], 9, 12, 2, "type 9"),
            ([2, 2, 3], 8, 11, 2, "ends within item 2"), ([2, 2, 3], 8, 13, 2, "goes on"),
            ([3, 2, 2], 8, 12, 2, "2 labels for 3 images"), ([2], 8, 2, 2, "file of labels?"),
            ([2, 2, 3, 1], 8, 12, 2, "for colour"), ([2, 0, 3], 8, 0, 2, "dimensions"),
            ([2, 1 << 20, 1 << 20], 8, 0, 2, "dimensions"),
        ] as [([Int], UInt8, Int, Int, String)])
    func badFilesAreNamed(dimensions: [Int], type: UInt8, bytes: Int, labels: Int, part: String) throws {
        var images = header(dimensions, type: type) + [UInt8](repeating: 0, count: bytes)
        if part == "not an IDX file" { images[0] = 1 }
        let error = #expect(throws: DatasetError.self) {
            try rows(images, header([labels]) + [UInt8](repeating: 0, count: labels))
        }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.file?.hasSuffix(part.contains("labels for") ? "labels-idx1" : "images-idx3") == true)
    }

    @Test func everyCutOfTheLabelsIsRefused() throws {
        let labels = header([2]) + [0, 1]
        for length in 0..<labels.count {
            let error = #expect(throws: DatasetError.self) {
                try rows(header([2, 1, 1]) + [0, 1], Array(labels.prefix(length)))
            }
            #expect(error?.file == "labels-idx1")
        }
        #expect(throws: DatasetError.self) { try rows(header([2, 1, 1]) + [0, 1], labels + [0]) }
    }

    @Test func aLabelWithoutANameIsNamed() throws {
        let error = #expect(throws: DatasetError.self) {
            try rows(header([2, 1, 1]) + [0, 1], header([2]) + [0, 2], names: "cat\ndog\n")
        }
        #expect(error?.code == .unknownLabel)
        #expect(error?.message.contains("names.txt") == true && error?.row == 2)
    }

    @Test(
        .enabled(if: RealInput.sharedData != nil, "needs ../shared"),
        arguments: [
            ("fashion-mnist/t10k", 10_000, 28, 1_000), ("usps/test", 2_007, 16, 359),
            ("pneumoniamnist/val", 524, 28, 135),
        ])
    func realFilesAreRead(name: String, count: Int, size: Int, zeros: Int) throws {
        let data = try #require(RealInput.sharedData)
        let source = try IDXRows(
            images: (data.appending(path: "\(name)-images-idx3-ubyte.gz"), "images"),
            labels: (data.appending(path: "\(name)-labels-idx1-ubyte.gz"), "labels"), classNames: nil)
        var counts: [String: Int] = [:]
        var last: LabelledRow?
        while let row = try source.next() {
            counts[try #require(row.label), default: 0] += 1
            last = row
        }
        #expect(counts.values.reduce(0, +) == count)
        #expect(counts["0"] == zeros)
        #expect(try image(#require(last)).width == size)
    }
}
