import Foundation

/// JSON that is the same bytes for equal values: sorted keys, no white space, shortest numbers. This is how
/// specifications, plans and reports travel and are stored.
public enum CanonicalJSON {
    /// Throws `JobError` (`invalidJSON`) where a value has no JSON form, such as a number that is not finite.
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw JobError(
                code: .invalidJSON, message: "\(type(of: value)) has no JSON form: \(reason(of: error))")
        }
    }

    /// Throws `JobError` (`invalidJSON`) that names the key where `text` is not a `Value`.
    public static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw JobError(
                code: .invalidJSON, message: "This is not the JSON of a \(type): \(reason(of: error))")
        }
    }

    private static func reason(of error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "at the top" : "at " + path.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "the key \(key.stringValue) is missing \(place(context.codingPath))."
        case DecodingError.typeMismatch(let type, let context):
            return "\(type) was expected \(place(context.codingPath))."
        case DecodingError.valueNotFound(let type, let context):
            return "\(type) was expected \(place(context.codingPath)), found null."
        case DecodingError.dataCorrupted(let context):
            return "\(context.debugDescription) \(place(context.codingPath))"
        case EncodingError.invalidValue(let value, let context):
            return "\(value) \(place(context.codingPath))."
        default:
            return "\(error)"
        }
    }
}
