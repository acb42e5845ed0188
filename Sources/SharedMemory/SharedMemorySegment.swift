import Glibc

/// Memory that processes of one host share: a file in a folder that lies in memory, mapped.
///
/// The process that made a segment holds a lock on it, which the system takes away when the process ends, however
/// it ends: so others see that it has died (`ownerIsGone`), and what it left behind can be told from what is in
/// use (`removeLeftovers`). This works between containers that share the folder, where process ids do not.
///
/// `@unchecked Sendable`: all stored properties are constants; what the memory holds is ordered by its counters
/// (`SharedCounter`), which are atomic.
public final class SharedMemorySegment: @unchecked Sendable {
    /// Where Linux keeps shared memory.
    public static let standardDirectory = "/dev/shm"

    /// The file's name in its folder.
    public let name: String
    public let byteCount: Int
    let base: UnsafeMutableRawPointer
    private let directory: String
    private let descriptor: Int32
    private let isOwner: Bool

    private init(
        directory: String, name: String, byteCount: Int, base: UnsafeMutableRawPointer, descriptor: Int32,
        isOwner: Bool
    ) {
        self.directory = directory
        self.name = name
        self.byteCount = byteCount
        self.base = base
        self.descriptor = descriptor
        self.isOwner = isOwner
    }

    deinit {
        if isOwner { removeName() }
        munmap(base, byteCount)
        close(descriptor)
    }

    /// Makes a segment of zeros, whose memory is really there: a full folder is an error now, not a signal later.
    ///
    /// - Parameters:
    ///   - prefix: of the name; the rest is random, and cannot be guessed.
    /// - Throws: `SharedMemoryError`.
    public static func create(
        in directory: String = standardDirectory, prefix: String, byteCount: Int
    ) throws -> SharedMemorySegment {
        for _ in 0..<8 {
            var generator = SystemRandomNumberGenerator()
            let token = String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
            let name = "\(prefix)-\(token)"
            let path = "\(directory)/\(name)"
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0 else { throw failure("make", path, errno) }
            // Whoever clears leftovers may have come first; then the name is gone, and another is tried.
            var status = stat()
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0,
                status.st_nlink > 0
            else {
                close(descriptor)
                continue
            }
            let number = posix_fallocate(descriptor, 0, off_t(byteCount))
            if number != 0 {
                unlink(path)
                close(descriptor)
                throw failure("make", path, number, byteCount: byteCount)
            }
            guard let base = map(descriptor, byteCount) else {
                let error = failure("map", path, errno)
                unlink(path)
                close(descriptor)
                throw error
            }
            return SharedMemorySegment(
                directory: directory, name: name, byteCount: byteCount, base: base, descriptor: descriptor,
                isOwner: true)
        }
        throw SharedMemoryError(.system, "no segment \(prefix) could be made in \(directory)")
    }

    /// Maps a segment that another process has made.
    ///
    /// - Throws: `SharedMemoryError`: `.notFound` where this process sees another folder under that path.
    public static func open(
        in directory: String = standardDirectory, name: String, byteCount: Int
    ) throws -> SharedMemorySegment {
        let path = "\(directory)/\(name)"
        guard !name.contains("/"), !name.isEmpty else {
            throw SharedMemoryError(.notFound, "'\(name)' is no segment's name")
        }
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount else {
            close(descriptor)
            throw SharedMemoryError(
                .wrongSize, "\(path) has \(status.st_size) bytes, not \(byteCount): do releases differ?")
        }
        guard let base = map(descriptor, byteCount) else {
            let error = failure("map", path, errno)
            close(descriptor)
            throw error
        }
        return SharedMemorySegment(
            directory: directory, name: name, byteCount: byteCount, base: base, descriptor: descriptor,
            isOwner: false)
    }

    /// Whether the process that made the segment has ended or released it. Of one's own segment: false.
    public var ownerIsGone: Bool {
        if isOwner { return false }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return false }
        flock(descriptor, LOCK_UN)
        return true
    }

    /// Removes the name: those who have opened the segment keep it, nobody else can open it.
    public func removeName() {
        unlink("\(directory)/\(name)")
    }

    /// The counter at an offset, a multiple of `SharedCounter.byteCount`.
    public func counter(at offset: Int) -> SharedCounter {
        precondition(offset >= 0 && offset % SharedCounter.byteCount == 0, "misplaced counter")
        precondition(offset + SharedCounter.byteCount <= byteCount, "a counter outside its segment")
        return SharedCounter(segment: self, offset: offset)
    }

    /// Reads a range of bytes in place.
    public func withBytes<Result>(_ range: Range<Int>, _ body: (RawSpan) throws -> Result) rethrows -> Result
    {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "bytes outside the segment")
        return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count).bytes)
    }

    /// Writes a range of bytes in place.
    public func withMutableBytes<Result>(
        _ range: Range<Int>, _ body: (inout MutableRawSpan) throws -> Result
    ) rethrows -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "bytes outside the segment")
        let buffer = UnsafeMutableRawBufferPointer(start: base + range.lowerBound, count: range.count)
        var bytes = buffer.mutableBytes
        return try body(&bytes)
    }

    private static func map(_ descriptor: Int32, _ byteCount: Int) -> UnsafeMutableRawPointer? {
        let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return address == MAP_FAILED ? nil : address
    }

    private static func failure(
        _ what: String, _ path: String, _ number: Int32, byteCount: Int = 0
    ) -> SharedMemoryError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return SharedMemoryError(
                .noSpace,
                "no room for \(byteCount) bytes at \(path): \(reason); enlarge it (docker: --shm-size)")
        case ENOENT, ENOTDIR: return SharedMemoryError(.notFound, "cannot \(what) \(path): \(reason)")
        default: return SharedMemoryError(.system, "cannot \(what) \(path): \(reason)")
        }
    }
}
