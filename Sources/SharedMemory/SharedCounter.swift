import CSharedMemory

/// A counter in a shared segment: one process stores, others wait for it to change.
///
/// What the storing process wrote before a value is there for whoever has seen the value. It keeps the segment.
public struct SharedCounter {
    let segment: SharedMemorySegment
    private let pointer: UnsafeMutablePointer<GraftSharedCounter>

    /// Bytes that a counter takes, and its alignment.
    public static let byteCount = MemoryLayout<GraftSharedCounter>.size

    init(segment: SharedMemorySegment, offset: Int) {
        self.segment = segment
        pointer = (segment.base + offset).assumingMemoryBound(to: GraftSharedCounter.self)
    }

    public var value: UInt32 { graft_counter_load(pointer) }

    /// Stores a value and wakes whoever waits.
    public func store(_ value: UInt32) { graft_counter_store(pointer, value) }

    /// Waits on the calling thread until the value is no longer `seen`, or the time is over.
    ///
    /// - Parameter spins: how often to look before sleeping.
    /// - Returns: the value then.
    public func wait(whileAt seen: UInt32, spins: Int, atMost time: Duration) -> UInt32 {
        let (seconds, attoseconds) = time.components
        let nanoseconds =
            UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
        return graft_counter_wait(pointer, seen, UInt32(clamping: spins), nanoseconds)
    }
}
