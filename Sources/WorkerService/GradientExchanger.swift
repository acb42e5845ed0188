import Collectives

/// Sums a step's gradients over the members, part by part, on a thread of its own: while one part travels, the job's
/// compute thread works on the next.
///
/// The exchange holds its thread while it waits for other members of the host.
actor GradientExchanger {
    /// Whether the thread is another than the caller's.
    nonisolated let isAside: Bool
    private let thread: DedicatedThread
    private let allReduce: AllReduce

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - thread: where it waits and adds. On the caller's own thread nothing runs side by side, and no time is lost
    ///     with changing threads.
    ///   - isAside: whether that is another thread than the caller's.
    ///   - make: makes the generation's all-reduce, which the exchanger keeps to itself.
    init(thread: DedicatedThread, isAside: Bool, make: @Sendable () -> AllReduce) {
        self.thread = thread
        self.isAside = isAside
        allReduce = make()
    }

    /// Sums one part.
    /// - Returns: bytes that this member sent.
    /// - Throws: What `AllReduce` throws.
    func exchange(_ part: CompletedSums) async throws -> Int {
        let before = allReduce.sentBytes
        try await allReduce.allReduce(GradientReduction(part.sums, elements: part.elements))
        return allReduce.sentBytes - before
    }

    /// Sums all parts of a step in the order in which they come.
    func exchange(_ parts: AsyncStream<CompletedSums>) async throws -> Int {
        var bytes = 0
        for await part in parts { bytes += try await exchange(part) }
        try Task.checkCancellation()
        return bytes
    }
}
