import Foundation
import StrictJSON

/// Reads the older form of a tokenizer: `vocab.txt`, one token a line, its id being the line's number; and
/// beside it, if it is there, `tokenizer_config.json`.
enum VocabularyTextReader {
    private static let specialTokens = [
        "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
        "mask_token": "[MASK]",
    ]

    static func read(_ file: URL) throws -> WordPieceConfiguration {
        var configuration = WordPieceConfiguration()
        configuration.vocabulary = try vocabulary(file)
        let settingsFile = file.deletingLastPathComponent().appendingPathComponent("tokenizer_config.json")
        let settings =
            FileManager.default.fileExists(atPath: settingsFile.path)
            ? try JSONFile.read(settingsFile) : JSONValue.object([])
        let lowercases = settings["do_lower_case"]?.bool ?? true
        configuration.normalizer = BertNormalizer(
            separatesChinese: settings["tokenize_chinese_chars"]?.bool ?? true,
            stripsAccents: settings["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)

        var names: [String: String] = [:]
        for (role, usual) in specialTokens {
            names[role] = settings[role]?.string ?? settings[role]?["content"]?.string ?? usual
        }
        configuration.unknownToken = names["unk_token"] ?? "[UNK]"
        // Sorted, so that the fingerprint does not follow a dictionary's order.
        for (_, name) in names.sorted(by: { $0.key < $1.key }) {
            guard let id = configuration.id(of: name) else { continue }
            configuration.addedTokens.append(AddedToken(text: name, id: id))
        }
        try refuseOtherAddedTokens(beside: file, than: configuration)
        configuration.prefixIDs = [try required(names["cls_token"], in: configuration, file)]
        configuration.suffixIDs = [try required(names["sep_token"], in: configuration, file)]
        return configuration
    }

    /// `added_tokens.json` may name the special tokens once more. How others are matched is only written in
    /// tokenizer.json.
    private static func refuseOtherAddedTokens(
        beside vocabulary: URL, than configuration: WordPieceConfiguration
    ) throws {
        let file = vocabulary.deletingLastPathComponent().appendingPathComponent("added_tokens.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let entries = try (JSONFile.read(file).members ?? []).map { (name: $0.name, id: $0.value.integer) }
        for (name, id) in entries {
            let known = configuration.addedTokens.first { $0.text.utf8.elementsEqual(name.utf8) }
            guard let known, id == Int(known.id) else {
                throw TokenizationError(
                    code: .unsupported,
                    message: "the token \"\(name)\" is added to vocab.txt, which is read with tokenizer.json "
                        + "only: save the tokenizer in that form (save_pretrained of a fast tokenizer does)",
                    file: file.path)
            }
        }
    }

    private static func vocabulary(_ file: URL) throws -> [(text: String, id: Int32)] {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw TokenizationError(
                code: .unreadable, message: "cannot be read: \(error.localizedDescription)", file: file.path)
        }
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return try lines.enumerated().map { index, line in
            let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TokenizationError(
                    code: .malformed, message: "line \(index + 1) is not UTF-8", file: file.path)
            }
            return (text, Int32(index))
        }
    }

    private static func required(
        _ token: String?, in configuration: WordPieceConfiguration, _ file: URL
    ) throws -> Int32 {
        guard let id = configuration.id(of: token ?? "") else {
            throw TokenizationError(
                code: .malformed, message: "the special token \"\(token ?? "")\" is not in the vocabulary",
                file: file.path)
        }
        return id
    }
}
