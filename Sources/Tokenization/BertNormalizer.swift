/// Cleans text before it is cut into words, as BERT's reference does; works on code points.
///
/// In this order: drop control characters and turn white space into spaces; set Chinese characters off by
/// spaces; decompose canonically and drop accents; lower-case.
struct BertNormalizer: Sendable, Equatable {
    var cleansText = true
    var separatesChinese = true
    var stripsAccents = true
    var lowercases = true

    func normalize(_ text: some Sequence<UInt32>, properties: UnicodeProperties = .shared) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(text.underestimatedCount)
        var combiningRunStart: Int?
        for original in text {
            var codePoint = original
            var flags = properties.flags(of: codePoint)
            if cleansText {
                if flags.contains(.dropped) { continue }
                if flags.contains(.cleanedToSpace) {
                    codePoint = 0x20
                    flags = [.whitespace]
                }
            }
            let isSetOff = separatesChinese && flags.contains(.chinese)
            if isSetOff {
                Self.sortCombiningMarks(of: &result, from: &combiningRunStart, properties)
                result.append(0x20)
            }
            if stripsAccents && flags.contains(.hasDecomposition) {
                for part in properties.decomposition(of: codePoint) {
                    append(part, to: &result, &combiningRunStart, properties)
                }
            } else {
                append(codePoint, to: &result, &combiningRunStart, properties)
            }
            if isSetOff {
                Self.sortCombiningMarks(of: &result, from: &combiningRunStart, properties)
                result.append(0x20)
            }
        }
        Self.sortCombiningMarks(of: &result, from: &combiningRunStart, properties)
        if stripsAccents { result.removeAll { properties.flags(of: $0).contains(.nonspacingMark) } }
        if lowercases { Self.lowercase(&result, properties) }
        return result
    }

    private func append(
        _ codePoint: UInt32, to result: inout [UInt32], _ runStart: inout Int?,
        _ properties: UnicodeProperties
    ) {
        if stripsAccents {
            if properties.flags(of: codePoint).contains(.isCombining) {
                if runStart == nil { runStart = result.count }
            } else {
                Self.sortCombiningMarks(of: &result, from: &runStart, properties)
            }
        }
        result.append(codePoint)
    }

    /// Canonical ordering: marks between two starters are sorted by class, equal ones keep their order.
    private static func sortCombiningMarks(
        of result: inout [UInt32], from runStart: inout Int?, _ properties: UnicodeProperties
    ) {
        guard let start = runStart else { return }
        runStart = nil
        guard result.count - start > 1 else { return }
        let classes = result[start...].map { (properties.combiningClass(of: $0), $0) }
        let sorted = classes.enumerated().sorted {
            ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
        }
        result.replaceSubrange(start..., with: sorted.map { $0.element.1 })
    }

    private static func lowercase(_ text: inout [UInt32], _ properties: UnicodeProperties) {
        var index = 0
        while index < text.count {
            if properties.flags(of: text[index]).contains(.hasLowercase) {
                let mapped = properties.lowercaseMapping(of: text[index])
                text.replaceSubrange(index...index, with: mapped)
                index += mapped.count
            } else {
                index += 1
            }
        }
    }
}
