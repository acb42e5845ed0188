import JobReporting

/// Shows how much of an upload or a download is done: one line drawn again and again on a terminal, otherwise a
/// line at the start, one every few seconds, and one at the end.
struct TransferDisplay {
    /// Seconds between lines, where there is no terminal.
    static let plainInterval = 10.0

    private let activity: String
    private let isTerminal: Bool
    private let write: (String) -> Void
    private let start = ContinuousClock.now
    private var meter = ProgressMeter()
    private var lastPlainTime = -Double.infinity

    /// - Parameter activity: what is done, such as "uploading".
    init(
        _ activity: String, isTerminal: Bool = StandardError.isTerminal,
        write: @escaping (String) -> Void = StandardError.write
    ) {
        self.activity = activity
        self.isTerminal = isTerminal
        self.write = write
    }

    /// - Parameter time: seconds on any clock that does not go back; by default since the display was made.
    mutating func show(done: Int, total: Int, at time: Double? = nil) {
        let time = time ?? (ContinuousClock.now - start) / .seconds(1)
        meter.observe(time: time, done: done, total: total)
        let text = "\(activity.padding(to: 10))  \(meter.line(of: .bytes))"
        if isTerminal {
            StandardError.redraw(done < total ? String(text.prefix(StandardError.columns - 1)) : "")
        } else if done >= total || time - lastPlainTime >= Self.plainInterval {
            write(text)
            lastPlainTime = time
        }
    }
}
