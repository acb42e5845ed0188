import JobReporting
import WireProtocol

/// Shows how a job goes on: one line drawn again and again on a terminal, otherwise a line for each new state
/// and one every few seconds.
struct JobProgressDisplay {
    /// Seconds between lines about the same state, where there is no terminal.
    static let plainInterval = 10.0

    private let isTerminal: Bool
    private var meter = ProgressMeter()
    private var state = ""
    private var lastPlainTime = -Double.infinity
    private var lastText = ""

    init(isTerminal: Bool = StandardError.isTerminal) { self.isTerminal = isTerminal }

    mutating func show(_ summary: JobSummary, at time: Double) {
        let isNewState = summary.state != state
        if isNewState {
            meter.reset()
            state = summary.state
        }
        meter.observe(time: time, done: summary.progressDone, total: summary.progressTotal)
        let text = Self.text(summary, meter)
        if isTerminal {
            StandardError.redraw(String(text.prefix(StandardError.columns - 1)))
        } else if isNewState || (time - lastPlainTime >= Self.plainInterval && text != lastText) {
            StandardError.write(text)
            lastPlainTime = time
            lastText = text
        }
    }

    /// Leaves the terminal's line for what comes next.
    func end() {
        if isTerminal, !state.isEmpty { StandardError.redraw("") }
    }

    static func text(_ summary: JobSummary, _ meter: ProgressMeter) -> String {
        var parts = [summary.state.padding(to: 10), meter.line(unit: summary.progressUnit)]
        if !summary.metricName.isEmpty {
            parts.append("\(summary.metricName) \(ReadableFigures.measure(summary.metricValue))")
        }
        // A running job's message says what it waits for; a failed one's is printed as the error.
        if summary.state != "failed" { parts.append(summary.message) }
        let text = parts.filter { !$0.isEmpty }.joined(separator: "  ")
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}

extension String {
    /// Spaces at the end up to `width` characters.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
