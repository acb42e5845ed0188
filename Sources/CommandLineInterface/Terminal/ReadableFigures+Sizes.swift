import Foundation
import JobReporting

/// Sizes and ages, beside the figures of reports.
extension ReadableFigures {
    /// "512 B", "1.5 MB", "20 GB": powers of 1,000.
    static func bytes(_ value: Int) -> String {
        var amount = Double(value)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if amount < 999.5 || unit == "TB" {
                let isShort = unit == "B" || amount >= 9.95
                return String(format: isShort ? "%.0f \(unit)" : "%.1f \(unit)", amount)
            }
            amount /= 1000
        }
        return "\(value) B"
    }

    /// Reads "20GB", "512 MB", "1.5TB", "1073741824", "4GiB"; `nil` for anything else.
    static func parseBytes(_ text: String) -> Int? {
        let compact = text.filter { $0 != " " }.lowercased()
        let number = compact.prefix { $0.isNumber || $0 == "." }
        let factors: [String: Double] = [
            "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
            "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
        ]
        guard let amount = Double(number), let factor = factors[String(compact.dropFirst(number.count))],
            amount >= 0, amount * factor < 9e18
        else { return nil }
        return Int(amount * factor)
    }

    /// Time gone by: "just now", "5 min ago", "3 h ago", "2 d ago".
    static func ago(milliseconds: Int) -> String {
        let seconds = max(0, milliseconds) / 1000
        switch seconds {
        case ..<5: return "just now"
        case ..<60: return "\(seconds) s ago"
        case ..<3600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3600) h ago"
        default: return "\(seconds / 86_400) d ago"
        }
    }
}
