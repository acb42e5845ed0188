import Foundation

/// From a model folder to its tokenizer, whichever kind it is.
public enum TokenizerCatalog {
    /// WordPiece, byte pairs or SentencePiece, by `tokenizer.json`'s model if it is there, else by the older files'
    /// names.
    ///
    /// No text is without tokens: where the tokenizer puts no special tokens around a text (GPT-2), an empty one
    /// becomes the token that ends documents.
    /// - Throws: `TokenizationError` that names the file and what is wrong with it.
    public static func load(folder: URL) throws -> any Tokenizer {
        func exists(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
        }
        if exists("tokenizer.json") {
            let file = folder.appendingPathComponent("tokenizer.json")
            let root = try JSONFile.read(file)
            switch root["model"]?["type"]?.string {
            case "WordPiece": return try WordPieceTokenizer(folder: folder)
            case "BPE":
                let configuration = try BytePairJSONReader.configuration(root, file: file.path)
                return try neverEmpty(BytePairTokenizer(configuration, file: file.path), file: file)
            case "Unigram" where exists("spiece.model"): return try SentencePieceTokenizer(folder: folder)
            case let type:
                throw TokenizationError(
                    code: .unsupported,
                    message:
                        "its model is \"\(type ?? "?")\"; \"WordPiece\" and byte-level \"BPE\" are supported, and "
                        + "\"Unigram\" where spiece.model is beside it",
                    file: file.path)
            }
        }
        if exists("spiece.model") { return try SentencePieceTokenizer(folder: folder) }
        if exists("vocab.txt") { return try WordPieceTokenizer(folder: folder) }
        if exists("vocab.json") {
            return try neverEmpty(
                BytePairTokenizer(folder: folder), file: folder.appendingPathComponent("vocab.json"))
        }
        throw TokenizationError(
            code: .unreadable,
            message:
                "no tokenizer here: neither tokenizer.json, spiece.model, vocab.txt, nor vocab.json with merges.txt; copy "
                + "them from the model's source", file: folder.path)
    }

    private static func neverEmpty(_ tokenizer: BytePairTokenizer, file: URL) throws -> any Tokenizer {
        guard tokenizer.specialTokenCount == 0 else { return tokenizer }
        let ends = ["<|endoftext|>", "</s>"].lazy.compactMap { text in
            tokenizer.id(of: text).map { (text: text, id: $0) }
        }
        guard let end = ends.first else {
            throw TokenizationError(
                code: .unsupported,
                message:
                    "it puts no special tokens around a text and has no \"<|endoftext|>\" for an empty one",
                file: file.path)
        }
        return NeverEmptyTokenizer(tokenizer, filler: end)
    }
}
