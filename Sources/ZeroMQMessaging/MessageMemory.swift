import CZeroMQ

/// How the process's allocator treats the memory of large messages.
public enum MessageMemory {
    /// What the allocator may keep free at the end of each of its arenas.
    private static let keptBytes: Int32 = 32 << 20
    /// The largest block that is taken from an arena: above chunks of every kind.
    private static let largestPooledBytes: Int32 = 4 << 20

    /// Lets the allocator keep freed memory, up to 32 MiB an arena, for the next message, for the whole process.
    ///
    /// By itself it hands blocks of a message's size back to the system, which clears every page of the next one
    /// again: for whoever moves chunks all the time that costs more than all copies together.
    public static func keepFreed() {
        mallopt(M_MMAP_THRESHOLD, largestPooledBytes)
        mallopt(M_TRIM_THRESHOLD, keptBytes)
    }
}
