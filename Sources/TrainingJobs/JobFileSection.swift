import Foundation
import Yams

/// What is found while a job file is decoded: every problem, and where values stand.
final class JobFileFindings {
    let file: String
    private(set) var problems: [JobProblem] = []
    private(set) var locations: [String: SourceLocation] = [:]

    init(file: String) { self.file = file }

    func location(of node: Node) -> SourceLocation {
        SourceLocation(file: file, line: max(1, node.mark?.line ?? 1), column: max(1, node.mark?.column ?? 1))
    }

    func place(_ keyPath: String, at node: Node) { locations[keyPath] = location(of: node) }

    func report(_ keyPath: String, at node: Node, _ message: String) {
        problems.append(JobProblem(keyPath: keyPath, location: location(of: node), message: message))
    }

    /// Reports a value that was placed before; does nothing where the file has none.
    func reportPlaced(_ keyPath: String, _ message: String) {
        guard let location = locations[keyPath] else { return }
        problems.append(JobProblem(keyPath: keyPath, location: location, message: message))
    }
}

/// A mapping of the job file and its typed values. A value that is missing or wrong is reported and stood in
/// for, so that decoding goes on and finds the next one; the job is then refused as a whole.
struct JobFileSection {
    let keyPath: String
    let findings: JobFileFindings
    private let node: Node
    private var values: [String: Node] = [:]

    /// Reports what is not a mapping, keys that are not among `keys`, and keys without a value.
    init(_ node: Node, keyPath: String, keys: [String], findings: JobFileFindings) {
        self.node = node
        self.keyPath = keyPath
        self.findings = findings
        findings.place(keyPath, at: node)
        guard case .mapping(let mapping) = node else {
            findings.report(
                keyPath, at: node,
                "Found \(found(node)); a mapping with the keys \(keys.joined(separator: ", ")) is expected.")
            return
        }
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key, keys.contains(scalar.string) else {
                reportUnknown(key, keys: keys)
                continue
            }
            values[scalar.string] = value
            findings.place(path(scalar.string), at: value)
            if isNull(value) {
                report(scalar.string, "The key \(scalar.string) has no value: give one, or remove the key.")
            }
        }
    }

    /// A mapping whose keys are the user's own words, such as labels. Reports keys without a value.
    init(_ node: Node, keyPath: String, findings: JobFileFindings) {
        let keys = node.mapping?.keys.compactMap(\.scalar?.string) ?? []
        self.init(node, keyPath: keyPath, keys: keys, findings: findings)
    }

    /// The keys that have a value, in the file's order.
    var keys: [String] {
        node.mapping?.keys.compactMap(\.scalar?.string).filter { self.node($0) != nil } ?? []
    }

    func path(_ key: String) -> String { keyPath.isEmpty ? key : "\(keyPath).\(key)" }

    /// The value's node; `nil` where the key is absent or has no value, which was reported.
    func node(_ key: String) -> Node? {
        guard let value = values[key], !isNull(value) else { return nil }
        return value
    }

    func requiredNode(_ key: String, _ expected: String) -> Node? {
        if values[key] == nil {
            findings.report(path(key), at: node, "The key \(key) is required: \(expected).")
        }
        return node(key)
    }

    func report(_ key: String, _ message: String) {
        findings.report(path(key), at: values[key] ?? node, message)
    }

    func requiredString(_ key: String, _ expected: String) -> String {
        guard let value = requiredNode(key, expected) else { return "" }
        return text(value, key, expected)
    }

    func string(_ key: String, _ expected: String) -> String? {
        node(key).map { text($0, key, expected) }
    }

    /// A list of texts. Numbers are taken as they are written.
    func strings(_ key: String, _ expected: String) -> [String]? {
        guard let value = node(key) else { return nil }
        guard case .sequence(let sequence) = value else {
            findings.report(path(key), at: value, "Found \(found(value)); expected: a list of \(expected).")
            return nil
        }
        return sequence.map { text($0, key, expected) }
    }

    func boolean(_ key: String) -> Bool? {
        guard let value = node(key) else { return nil }
        switch plainText(value) {
        case "true": return true
        case "false": return false
        default:
            findings.report(path(key), at: value, "Found \(found(value)); true or false is expected.")
            return nil
        }
    }

    /// A list of texts; one alone may stand without the list.
    func oneOrMoreStrings(_ key: String, _ expected: String) -> [String]? {
        guard let value = node(key) else { return nil }
        if case .sequence(let sequence) = value { return sequence.map { text($0, key, expected) } }
        return [text(value, key, expected)]
    }

    func integer(_ key: String) -> Int? {
        guard let value = node(key) else { return nil }
        if let text = plainText(value), let number = Int(text) { return number }
        findings.report(path(key), at: value, "Found \(found(value)); a whole number is expected.")
        return nil
    }

    func unsignedInteger(_ key: String) -> UInt64? {
        guard let value = node(key) else { return nil }
        if let text = plainText(value), let number = UInt64(text) { return number }
        findings.report(
            path(key), at: value, "Found \(found(value)); a whole number from 0 to \(UInt64.max) is expected."
        )
        return nil
    }

    func number(_ key: String) -> Double? {
        guard let value = node(key) else { return nil }
        // Swift reads "nan", "inf" and hexadecimal too; a job file has no use for them.
        if let text = plainText(value), text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        {
            return number
        }
        findings.report(
            path(key), at: value, "Found \(found(value)); a number such as 0.1 or 1e-3 is expected.")
        return nil
    }

    func single(_ key: String) -> Float? {
        guard let value = number(key) else { return nil }
        guard Float(value).isFinite else {
            report(key, "Found \(value); that is too large for a 32-bit number.")
            return nil
        }
        return Float(value)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let value = node(key) else { return nil }
        return choice(value, key, of: type)
    }

    /// Reads a choice that stands in `value`; problems are reported under `key`.
    func choice<Choice: RawRepresentable & CaseIterable>(_ value: Node, _ key: String, of type: Choice.Type)
        -> Choice?
    where Choice.RawValue == String {
        let permitted = Choice.allCases.map(\.rawValue)
        if case .scalar(let scalar) = value, let choice = Choice(rawValue: scalar.string) { return choice }
        var message = "Found \(found(value)); permitted: \(permitted.joined(separator: ", "))."
        if case .scalar(let scalar) = value, let nearest = NearestName.of(scalar.string, among: permitted) {
            message += " Did you mean \(nearest)?"
        }
        findings.report(path(key), at: value, message)
        return nil
    }

    private func text(_ value: Node, _ key: String, _ expected: String) -> String {
        if case .scalar(let scalar) = value, !scalar.string.isEmpty { return scalar.string }
        findings.report(path(key), at: value, "Found \(found(value)); expected: \(expected).")
        return ""
    }

    private func reportUnknown(_ key: Node, keys: [String]) {
        guard case .scalar(let scalar) = key else {
            findings.report(keyPath, at: key, "Found \(found(key)) as a key; keys are text.")
            return
        }
        let shown = String(scalar.string.prefix(60))
        var message = "The key \(shown) is unknown here."
        if let nearest = NearestName.of(scalar.string, among: keys) { message += " Did you mean \(nearest)?" }
        message += " Permitted: \(keys.joined(separator: ", "))."
        findings.report(path(shown), at: key, message)
    }
}

/// The text of a scalar that is not in quotes, as numbers are written.
private func plainText(_ node: Node) -> String? {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return nil }
    return scalar.string
}

func isNull(_ node: Node) -> Bool {
    guard let text = plainText(node) else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
}

/// How a message calls what stands in the file.
func found(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar):
        let shown = String(scalar.string.prefix(60)) + (scalar.string.count > 60 ? "…" : "")
        if isNull(node) { return "no value" }
        return plainText(node) == nil ? "the text \"\(shown)\"" : "\"\(shown)\""
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .alias: return "an alias"
    }
}
