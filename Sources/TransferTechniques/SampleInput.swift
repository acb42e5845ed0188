/// A sample as it enters a model.
public enum SampleInput: Sendable, Equatable {
    /// Token ids, special tokens included.
    case tokens([Int32])
    /// Rows of pixels, each a byte of red, green and blue, of the height and width that the model takes.
    case image([UInt8])
    /// A table's row, in the order of the model's columns.
    case numbers([Float])

    /// Positions that the model's first layer computes: what batches are measured by. Tokens, pixels, or one.
    public var positions: Int {
        switch self {
        case .tokens(let ids): ids.count
        case .image(let bytes): bytes.count / 3
        case .numbers: 1
        }
    }

    /// Tokens of a text; 0 for everything else.
    public var tokenCount: Int {
        guard case .tokens(let ids) = self else { return 0 }
        return ids.count
    }

    /// What a message calls it.
    var kind: String {
        switch self {
        case .tokens: "tokens"
        case .image: "an image"
        case .numbers: "numbers"
        }
    }
}

extension [SampleInput] {
    /// - Throws: `TechniqueError` where one is something else.
    func tokens() throws -> [[Int32]] {
        try map {
            guard case .tokens(let ids) = $0 else { throw unexpected($0, "tokens") }
            return ids
        }
    }

    /// - Throws: `TechniqueError` where one is something else.
    func images() throws -> [[UInt8]] {
        try map {
            guard case .image(let bytes) = $0 else { throw unexpected($0, "images") }
            return bytes
        }
    }

    /// - Throws: `TechniqueError` where one is something else.
    func numbers() throws -> [[Float]] {
        try map {
            guard case .numbers(let values) = $0 else { throw unexpected($0, "numbers") }
            return values
        }
    }

    private func unexpected(_ found: SampleInput, _ wanted: String) -> TechniqueError {
        TechniqueError(.badMicroBatch, "this job's model takes \(wanted), and was given \(found.kind)")
    }
}
