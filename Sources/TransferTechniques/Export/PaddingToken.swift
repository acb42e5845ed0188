import Foundation
import StrictJSON
import Tokenization

/// What fills up short texts of a batch in transformers, for a model whose tokenizer has nothing for that. The last
/// token of a text is found as the last that is another one.
struct PaddingToken {
    let text: String
    let id: Int32

    private static let fileName = "tokenizer_config.json"

    /// The token that ends documents, which stands in no text.
    /// - Throws: `TokenizationError`; `TechniqueError` where the tokenizer puts special tokens around texts, so that
    ///   the last token says nothing of the text.
    init(tokenizerFolder: URL) throws {
        guard let tokenizer = try TokenizerCatalog.load(folder: tokenizerFolder) as? NeverEmptyTokenizer
        else {
            throw TechniqueError(
                .unsupported,
                "the tokenizer of \(tokenizerFolder.path) puts special tokens around texts; take the one that belongs "
                    + "to GPT-2, which does not")
        }
        (text, id) = tokenizer.filler
    }

    /// Names the token in a folder's `tokenizer_config.json`.
    /// - Returns: names of the files written.
    func write(to folder: URL) throws -> [String] {
        let file = folder.appendingPathComponent(Self.fileName)
        var members: [JSONMember] = []
        if FileManager.default.fileExists(atPath: file.path) {
            members = try JSONValue(parsing: Data(contentsOf: file)).members ?? []
        }
        members.removeAll { $0.name == "pad_token" }
        members.append(JSONMember(name: "pad_token", value: .string(text)))
        try Data(JSONValue.object(members).indentedBytes).write(to: file, options: .atomic)
        return [Self.fileName]
    }
}
