import Foundation

extension BertConfiguration {
    /// Reads a `config.json` of RoBERTa, whose keys are BERT's; `maximumLength` counts rows of the position
    /// table.
    /// - Throws: `PretrainedBackboneError` that names the key: missing, out of range, or asking for what is
    ///   not RoBERTa as published.
    public init(robertaFile file: URL) throws {
        let source = try ConfigurationFile(file)
        try source.requireModelType("roberta")
        try self.init(source, leastPositions: 4, usualTokenTypes: 1, usualPadID: 1)
        guard maximumLength - padID - 1 >= 2 else {
            throw source.malformed(
                "\"max_position_embeddings\" \(maximumLength) leaves no positions behind \"pad_token_id\" \(padID)"
            )
        }
    }
}
