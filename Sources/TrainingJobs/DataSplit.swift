/// The part that a sample plays: learnt from, chosen by, or judged by.
public enum DataSplit: String, Codable, Sendable, CaseIterable {
    case train
    case validation
    case test
}
