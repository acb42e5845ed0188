import Foundation
import StrictJSON

/// Reads the older form of a byte-level tokenizer: `vocab.json` and `merges.txt`; beside them, if they are
/// there, `tokenizer_config.json` and `added_tokens.json`.
enum BytePairTextReader {
    /// Special tokens where the settings name none, and those around a text.
    private struct Family {
        var tokens: [String: AddedToken.Rules]
        var before: String?
        var after: String?
    }

    private static let gpt2 = Family(tokens: [
        "unk_token": .init(), "bos_token": .init(), "eos_token": .init(),
    ])
    private static let roberta = Family(
        tokens: [
            "bos_token": .init(), "eos_token": .init(), "cls_token": .init(), "sep_token": .init(),
            "unk_token": .init(), "pad_token": .init(), "mask_token": .init(stripsLeft: true),
        ], before: "cls_token", after: "sep_token")
    private static let usualNames = [
        "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>",
        "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>",
    ]

    static func read(_ file: URL) throws -> BytePairConfiguration {
        let folder = file.deletingLastPathComponent()
        let parts = TokenizerJSONParts(file: file.path)
        var configuration = BytePairConfiguration()
        configuration.vocabulary = try parts.vocabulary(JSONFile.read(file))
        configuration.merges = try merges(folder.appendingPathComponent("merges.txt"))
        let settings = try optionalJSON(folder.appendingPathComponent("tokenizer_config.json"))
        configuration.addsPrefixSpace = settings["add_prefix_space"]?.bool ?? false
        try readAddedTokens(settings, folder: folder, parts, into: &configuration)

        let isRoberta =
            settings["tokenizer_class"]?.string.map { $0.hasPrefix("Roberta") }
            ?? (configuration.id(of: "<s>") != nil && configuration.id(of: "</s>") != nil)
        let family = isRoberta ? roberta : gpt2
        func name(_ role: String) -> String {
            settings[role]?.string ?? settings[role]?["content"]?.string
                ?? (isRoberta ? usualNames[role] ?? "" : "<|endoftext|>")
        }
        // Sorted, so that the fingerprint does not follow a dictionary's order.
        for (role, rules) in family.tokens.sorted(by: { $0.key < $1.key }) {
            let text = name(role)
            guard let id = configuration.id(of: text),
                !configuration.addedTokens.contains(where: { $0.text.utf8.elementsEqual(text.utf8) })
            else { continue }
            let given = settings[role]?.members == nil ? rules : parts.rules(settings[role] ?? .null)
            configuration.addedTokens.append(AddedToken(text: text, id: id, rules: given))
        }
        func ids(_ role: String?) throws -> [Int32] {
            guard let role else { return [] }
            guard let id = configuration.id(of: name(role)) else {
                throw TokenizationError(
                    code: .malformed, message: "the special token \"\(name(role))\" is not in the vocabulary",
                    file: file.path)
            }
            return [id]
        }
        configuration.prefixIDs = try ids(family.before)
        configuration.suffixIDs = try ids(family.after)
        return configuration
    }

    /// `added_tokens_decoder` of the settings, by id; then `added_tokens.json`, by token.
    private static func readAddedTokens(
        _ settings: JSONValue, folder: URL, _ parts: TokenizerJSONParts,
        into configuration: inout BytePairConfiguration
    ) throws {
        for member in settings["added_tokens_decoder"]?.members ?? [] {
            let text = member.value["content"]?.string ?? ""
            let id = try parts.id(.integer(Int(member.name) ?? -1), of: text)
            configuration.addedTokens.append(AddedToken(text: text, id: id, rules: parts.rules(member.value)))
        }
        let added = try optionalJSON(folder.appendingPathComponent("added_tokens.json"))
        for member in added.members ?? [] where configuration.id(of: member.name) == nil {
            let id = try parts.id(member.value, of: member.name)
            // RoBERTa's mask takes the space before it wherever it is written.
            let rules = AddedToken.Rules(stripsLeft: member.name == "<mask>")
            configuration.addedTokens.append(AddedToken(text: member.name, id: id, rules: rules))
        }
    }

    /// One pair a line, the most important first, behind a line `#version: …` that may be missing.
    private static func merges(_ file: URL) throws -> [(left: String, right: String)] {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw TokenizationError(
                code: .unreadable, message: "cannot be read: \(error.localizedDescription)", file: file.path)
        }
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var merges: [(left: String, right: String)] = []
        for (number, line) in lines.enumerated() {
            let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if bytes.isEmpty || number == 0 && bytes.starts(with: Array("#version".utf8)) { continue }
            let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).compactMap
            {
                String(validating: $0, as: UTF8.self)
            }
            guard parts.count == 2 else {
                throw TokenizationError(
                    code: .malformed,
                    message: "line \(number + 1) is not two tokens with a space between them",
                    file: file.path)
            }
            merges.append((left: parts[0], right: parts[1]))
        }
        return merges
    }

    private static func optionalJSON(_ file: URL) throws -> JSONValue {
        FileManager.default.fileExists(atPath: file.path) ? try JSONFile.read(file) : .object([])
    }
}
