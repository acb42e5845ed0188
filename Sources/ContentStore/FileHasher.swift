import Crypto
import Foundation

/// SHA-256 as 64 lower-case hexadecimal digits.
public enum FileHasher {
    /// Bytes read at a time.
    static let chunkSize = 1 << 20

    public static func sha256(of bytes: some Sequence<UInt8>) -> String {
        sha256(of: Data(bytes))
    }

    /// In place: a checkpoint's bytes are large.
    public static func sha256(of bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    public static func sha256(of data: Data) -> String {
        hexadecimal(SHA256.hash(data: data))
    }

    /// Reads the file in chunks. Throws `ContentStoreError` (`fileSystem`) where it cannot be read.
    public static func sha256(ofFileAt url: URL) throws -> String {
        try reference(ofFileAt: url).sha256
    }

    /// The file's hash and size, of one pass over it.
    public static func reference(ofFileAt url: URL) throws -> BlobReference {
        var hash = SHA256()
        var size = 0
        try forEachChunk(of: url) { chunk in
            hash.update(data: chunk)
            size += chunk.count
        }
        return BlobReference(sha256: hexadecimal(hash.finalize()), size: size)
    }

    static func forEachChunk(of url: URL, _ body: (Data) throws -> Void) throws {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: url)
        } catch {
            throw ContentStoreError(
                code: .fileSystem, message: "\(url.path) cannot be opened: \(error.localizedDescription)")
        }
        defer { try? handle.close() }
        while true {
            let chunk: Data
            do {
                chunk = try handle.read(upToCount: chunkSize) ?? Data()
            } catch {
                throw FileSystem.readFailure(url, error)
            }
            if chunk.isEmpty { return }
            try body(chunk)
        }
    }

    static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
