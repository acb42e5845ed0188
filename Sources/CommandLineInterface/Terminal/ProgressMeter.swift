import JobReporting

/// How fast a count grows and when it will be complete, from the last few seconds of it.
struct ProgressMeter {
    /// Older observations say little about the present speed.
    private static let memory = 20.0

    private var observations: [(time: Double, done: Int)] = []
    private var total = 0

    /// - Parameters:
    ///   - time: Seconds on any clock that does not go back.
    ///   - done: How much is done. Less than before means that something new has begun.
    mutating func observe(time: Double, done: Int, total: Int) {
        if total != self.total || done < (observations.last?.done ?? 0) { observations = [] }
        self.total = total
        observations.append((time, done))
        while observations.count > 2, time - observations[0].time > Self.memory { observations.removeFirst() }
    }

    mutating func reset() { self = ProgressMeter() }

    /// Per second; `nil` while there is too little to tell.
    var rate: Double? {
        guard let first = observations.first, let last = observations.last, last.time - first.time > 0.5,
            last.done > first.done
        else { return nil }
        return Double(last.done - first.done) / (last.time - first.time)
    }

    var secondsLeft: Double? {
        guard let rate, let done = observations.last?.done, total >= done else { return nil }
        return Double(total - done) / rate
    }

    /// What is counted.
    enum Quantity {
        /// A count of these.
        case items(String)
        case bytes

        fileprivate func progress(_ done: Int, of total: Int) -> String {
            switch self {
            case .items(let unit): "\(ReadableFigures.count(done))/\(ReadableFigures.count(total)) \(unit)"
            case .bytes: "\(ReadableFigures.bytes(done)) of \(ReadableFigures.bytes(total))"
            }
        }

        fileprivate func speed(_ rate: Double) -> String {
            switch self {
            case .items: rate < 10 ? ReadableFigures.decimal(rate, 1) : ReadableFigures.count(Int(rate))
            case .bytes: ReadableFigures.bytes(Int(rate))
            }
        }
    }

    func line(unit: String, barWidth: Int = 24) -> String { line(of: .items(unit), barWidth: barWidth) }

    /// `[#######·············] 1,200/3,000 steps, 350/s, 5.1 s left`; empty where there is nothing to count.
    func line(of quantity: Quantity, barWidth: Int = 24) -> String {
        guard total > 0, let done = observations.last?.done else { return "" }
        let filled = min(barWidth, Int(Double(done) / Double(total) * Double(barWidth)))
        let bar = String(repeating: "#", count: filled) + String(repeating: "·", count: barWidth - filled)
        var text = "[\(bar)] \(quantity.progress(done, of: total))"
        if let rate { text += ", \(quantity.speed(rate))/s" }
        if let secondsLeft, done < total { text += ", \(ReadableFigures.seconds(secondsLeft)) left" }
        return text
    }
}
