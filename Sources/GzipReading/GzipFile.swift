import CZlib
import Foundation

/// Reads a file from its start to its end; gzip (RFC 1952) is inflated on the way, anything else is read as it
/// is.
public final class GzipFile {
    private let handle: gzFile

    /// - Throws: `GzipError` (`unreadable`).
    public init(url: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue
        else {
            throw GzipError(.unreadable, "There is no file \(url.path).")
        }
        guard let handle = gzopen(url.path, "rb") else {
            throw GzipError(.unreadable, "\(url.path) cannot be opened: is reading it permitted?")
        }
        self.handle = handle
        gzbuffer(handle, 256 << 10)
    }

    deinit { gzclose_r(handle) }

    /// The next `count` bytes, or fewer at the end of the file.
    ///
    /// - Throws: `GzipError` where the compressed data are damaged or cut short.
    public func read(upTo count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            // gzread counts in 32 bits.
            let wanted = min(count - bytes.count, 1 << 24)
            let part = [UInt8](unsafeUninitializedCapacity: wanted) { target, filled in
                filled = Int(max(0, gzread(handle, target.baseAddress, UInt32(wanted))))
            }
            if part.isEmpty { break }
            bytes.append(contentsOf: part)
        }
        if bytes.count < count { try checkEnd() }
        return bytes
    }

    private func checkEnd() throws {
        var code: Int32 = 0
        let message = gzerror(handle, &code).map { String(cString: $0) } ?? ""
        guard code < 0 else { return }
        if code == Z_BUF_ERROR {
            throw GzipError(.cutShort, "The compressed file is cut short: fetch it again.")
        }
        throw GzipError(.damaged, "The compressed file is damaged (\(message)): fetch it again.")
    }
}
