/// Why something did not work: a stable code and a text for people.
public struct JobFailure: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    public var code: String
    public var message: String
    public var context: String

    public init(code: String, message: String, context: String = "") {
        self.code = code
        self.message = message
        self.context = context
    }

    public var description: String { context.isEmpty ? message : "\(message) (\(context))" }
}
