import Foundation
import Glibc

/// The file operations of the store, with errors that name the file.
enum FileSystem {
    static func createDirectory(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw ContentStoreError(
                code: code(of: error),
                message: "The directory \(url.path) cannot be created: \(error.localizedDescription)")
        }
    }

    static func size(of url: URL) throws -> Int {
        var status = stat()
        guard stat(url.path, &status) == 0 else { throw failure("measure", url) }
        return Int(status.st_size)
    }

    static func names(in directory: URL) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        } catch {
            throw ContentStoreError(
                code: .fileSystem,
                message: "The directory \(directory.path) cannot be listed: \(error.localizedDescription)")
        }
    }

    /// False also for a file that has gone.
    static func isOlder(_ url: URL, than date: Date) -> Bool {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return false }
        let changed = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
        return changed < date.timeIntervalSince1970
    }

    static func read(_ url: URL, offset: Int, length: Int) throws -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(offset))
            return [UInt8](try handle.read(upToCount: length) ?? Data())
        } catch {
            throw readFailure(url, error)
        }
    }

    /// What a failed read says.
    static func readFailure(_ url: URL, _ error: any Error) -> ContentStoreError {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        let isUnreadable = cause.domain == NSPOSIXErrorDomain && cause.code == EIO
        return ContentStoreError(
            code: isUnreadable ? .unreadable : .fileSystem,
            message: "\(url.path) cannot be read: \(error.localizedDescription)")
    }

    static func copyDurably(_ source: URL, to target: URL) throws {
        try withNewFile(target) { handle in
            try FileHasher.forEachChunk(of: source) { try handle.write(contentsOf: $0) }
        }
    }

    static func writeDurably(_ chunks: [Data], to target: URL) throws {
        try withNewFile(target) { handle in
            for chunk in chunks { try handle.write(contentsOf: chunk) }
        }
    }

    /// Within one file system: atomic, and replaces what is there.
    static func rename(_ source: URL, to target: URL) throws {
        guard Glibc.rename(source.path, target.path) == 0 else { throw failure("rename", source) }
    }

    /// Makes a rename in the directory last through a loss of power.
    static func synchronizeDirectory(_ url: URL) throws {
        let descriptor = Glibc.open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", url) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("synchronize", url) }
    }

    /// The present `errno` as an error.
    static func failure(_ operation: String, _ url: URL) -> ContentStoreError {
        let number = errno
        return ContentStoreError(
            code: isOutOfSpace(number) ? .diskFull : .fileSystem,
            message: "Cannot \(operation) \(url.path): \(String(cString: strerror(number))).")
    }

    /// What a failed write says.
    static func code(of error: any Error) -> ContentStoreError.Code {
        let error = error as NSError
        if error.domain == NSCocoaErrorDomain, error.code == CocoaError.fileWriteOutOfSpace.rawValue {
            return .diskFull
        }
        if error.domain == NSPOSIXErrorDomain, isOutOfSpace(Int32(error.code)) { return .diskFull }
        return (error.userInfo[NSUnderlyingErrorKey] as? NSError).map(code) ?? .fileSystem
    }

    private static func isOutOfSpace(_ number: Int32) -> Bool { number == ENOSPC || number == EDQUOT }

    private static func withNewFile(_ url: URL, _ body: (FileHandle) throws -> Void) throws {
        let descriptor = Glibc.open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", url) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try body(handle)
            try handle.synchronize()
            try handle.close()
        } catch let error as ContentStoreError {
            throw error
        } catch {
            throw ContentStoreError(
                code: code(of: error),
                message: "\(url.path) cannot be written: \(error.localizedDescription). Is the disk full?")
        }
    }
}
