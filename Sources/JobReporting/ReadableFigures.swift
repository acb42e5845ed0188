import Foundation

/// Numbers as people read them, in reports and in a terminal.
public enum ReadableFigures {
    /// A metric or loss, to four places.
    public static func measure(_ value: Double) -> String { decimal(value, 4) }

    /// To that many places after the point.
    public static func decimal(_ value: Double, _ places: Int) -> String {
        value.isFinite ? String(format: "%.\(places)f", value) : "not a number"
    }

    /// A count, thousands set apart: "12,345".
    public static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + grouped
    }

    /// A time span: "0.42 s", "7.3 s", "2 min 05 s", "1 h 02 min".
    public static func seconds(_ value: Double) -> String {
        guard value.isFinite else { return "not a number" }
        switch value {
        case ..<0.995: return String(format: "%.2f s", value)
        case ..<59.95: return String(format: "%.1f s", value)
        default:
            let whole = Int(min(value, 1e9).rounded())
            return whole < 3600
                ? String(format: "%d min %02d s", whole / 60, whole % 60)
                : String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
        }
    }
}
