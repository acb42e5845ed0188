/// The part that a sample plays: learnt from, chosen by, or judged by.
public enum DataSplit: String, Codable, Sendable, CaseIterable {
    case train
    case validation
    case test
    /// Samples of the domain that a model is adapted to. Whatever labels their files have are not read.
    case target
    /// Labelled samples of that domain, which the model is judged by.
    case targetTest = "target_test"

    /// Whether its files' labels are read.
    public var isLabelled: Bool { self != .target }

    /// As people read it.
    public var title: String { rawValue.replacing("_", with: " ") }
}
