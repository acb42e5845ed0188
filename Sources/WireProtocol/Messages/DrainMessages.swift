/// Asks for a host or a worker to be emptied, or to be let work again.
public struct DrainWorkers: Sendable, Equatable, WireMessage {
    /// A host's name, or a worker's name or id.
    public var target: String
    public var undo: Bool

    public init(target: String = "", undo: Bool = false) {
        self.target = target
        self.undo = undo
    }

    init() { self.init(target: "") }

    mutating func visitFields(_ visitor: inout some FieldVisitor) {
        visitor.field("target", &target)
        visitor.field("undo", &undo)
    }
}
