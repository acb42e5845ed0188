import Foundation
import Testing
import TestingSupport

@testable import GzipReading

@Suite struct GzipFileTests {
    let folder: TemporaryFolder
    /// More than one of the reader's buffers.
    let text = Array((0..<60_000).map { "line \($0 * 7919 % 10_007)\n" }.joined().utf8)

    init() throws { folder = try TemporaryFolder("gzip") }

    /// The file as gzip itself writes it.
    func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let plain = try folder.write(Data(bytes), to: "plain")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-n", "-k", "-f", plain.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return [UInt8](try Data(contentsOf: folder.file("plain.gz")))
    }

    func read(_ bytes: [UInt8], by count: Int = 1 << 20) throws -> [UInt8] {
        let file = try GzipFile(url: folder.write(Data(bytes), to: "file"))
        var read: [UInt8] = []
        while true {
            let part = try file.read(upTo: count)
            #expect(part.count <= count)
            if part.isEmpty { return read }
            read += part
        }
    }

    @Test(arguments: [1 << 20, 70_001, 999]) func inflates(count: Int) throws {
        let bytes = try compressed(text)
        #expect(bytes.count < text.count)
        #expect(try read(bytes, by: count) == text)
        #expect(try read(bytes + bytes, by: count) == text + text)
    }

    @Test func plainFilesAreReadAsTheyAre() throws {
        #expect(try read(text) == text)
        #expect(try read([]) == [])
        #expect(try read([0x1F]) == [0x1F])
        #expect(try read(compressed([])) == [])
    }

    @Test(arguments: [1, 8, 9, 500]) func aCutFileIsRefused(missing: Int) throws {
        let bytes = try compressed(text)
        let error = #expect(throws: GzipError.self) { try read(Array(bytes.dropLast(missing))) }
        #expect(error?.code == .cutShort)
    }

    @Test func aDamagedFileIsRefused() throws {
        var bytes = try compressed(text)
        bytes[bytes.count / 2] ^= 0x55
        #expect(throws: GzipError.self) { try read(bytes) }
        bytes = try compressed(text)
        bytes[bytes.count - 6] ^= 1  // within the checksum
        let error = #expect(throws: GzipError.self) { try read(bytes) }
        #expect(error?.code == .damaged)
    }

    @Test func whatIsNoFileIsRefused() throws {
        for url in [folder.file("absent"), folder.url] {
            let error = #expect(throws: GzipError.self) { try GzipFile(url: url) }
            #expect(error?.code == .unreadable)
        }
    }
}
