/// A JSON value that keeps what dictionaries lose: the order of members and the exact code points of names.
///
/// Swift compares strings by canonical equivalence, so a dictionary keyed by `String` merges "é" written as
/// one code point with "e" + accent. To a vocabulary these are two tokens.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The member of an object with exactly this name, code point by code point; `nil` for other kinds.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    public var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    public var members: [JSONMember]? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    public var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }
}

/// One name and value of a JSON object.
public struct JSONMember: Sendable {
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Why a text is not the JSON that it should be, and at which byte.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    /// Offset in bytes from the text's beginning.
    public let offset: Int

    public var description: String { "\(message) at byte \(offset)" }
}
