import Foundation

/// Numbers as people read them.
enum Figures {
    /// A metric or loss, to four places.
    static func measure(_ value: Double) -> String {
        value.isFinite ? String(format: "%.4f", value) : "not a number"
    }

    /// A count, thousands set apart.
    static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + grouped
    }

    /// A time span: "0.42 s", "7.3 s", "2 min 05 s", "1 h 02 min".
    static func seconds(_ value: Double) -> String {
        guard value.isFinite else { return "not a number" }
        switch value {
        case ..<1: return String(format: "%.2f s", value)
        case ..<60: return String(format: "%.1f s", value)
        default:
            let whole = Int(min(value, 1e9).rounded())
            return whole < 3600
                ? String(format: "%d min %02d s", whole / 60, whole % 60)
                : String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
        }
    }
}
