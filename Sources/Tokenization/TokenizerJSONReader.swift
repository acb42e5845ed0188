import Foundation
import StrictJSON

/// Reads `tokenizer.json`, the format of the tokenizers library, as far as BERT models use it. What would
/// change ids and is not known is refused, never passed over.
enum TokenizerJSONReader {
    static func read(_ file: URL) throws -> WordPieceConfiguration {
        let root = try JSONFile.read(file)
        return try Reading(root: root, file: file.path).configuration()
    }

    private struct Reading {
        let root: JSONValue
        let file: String

        func configuration() throws -> WordPieceConfiguration {
            var configuration = WordPieceConfiguration()
            configuration.normalizer = try normalizer()
            try require("BertPreTokenizer", of: "pre_tokenizer")
            try readModel(into: &configuration)
            configuration.addedTokens = try (root["added_tokens"]?.array ?? []).map(addedToken)
            try readPostProcessor(into: &configuration)
            return configuration
        }

        private func normalizer() throws -> BertNormalizer {
            let section = try require("BertNormalizer", of: "normalizer")
            let lowercases = section["lowercase"]?.bool ?? true
            return BertNormalizer(
                cleansText: section["clean_text"]?.bool ?? true,
                separatesChinese: section["handle_chinese_chars"]?.bool ?? true,
                // The reference's rule where nothing is said: uncased models lose their accents.
                stripsAccents: section["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
        }

        private func readModel(into configuration: inout WordPieceConfiguration) throws {
            let model = try require("WordPiece", of: "model")
            guard let members = model["vocab"]?.members, !members.isEmpty else {
                throw malformed("\"model\" has no \"vocab\" object")
            }
            configuration.vocabulary = try members.map { (text: $0.name, id: try id($0.value, of: $0.name)) }
            var seen: Set<Int32> = []
            for (text, id) in configuration.vocabulary where !seen.insert(id).inserted {
                throw malformed("the id \(id) of \"\(text)\" belongs to another token too")
            }
            configuration.unknownToken = model["unk_token"]?.string ?? "[UNK]"
            configuration.continuationPrefix = model["continuing_subword_prefix"]?.string ?? "##"
            configuration.maximumWordLength = model["max_input_chars_per_word"]?.integer ?? 100
        }

        private func addedToken(_ value: JSONValue) throws -> AddedToken {
            guard let text = value["content"]?.string, !text.isEmpty, let idValue = value["id"] else {
                throw malformed("an entry of \"added_tokens\" lacks \"content\" or \"id\"")
            }
            return AddedToken(
                text: text, id: try id(idValue, of: text),
                rules: AddedToken.Rules(
                    isSingleWord: value["single_word"]?.bool ?? false,
                    stripsLeft: value["lstrip"]?.bool ?? false, stripsRight: value["rstrip"]?.bool ?? false,
                    isNormalized: value["normalized"]?.bool ?? false))
        }

        private func readPostProcessor(into configuration: inout WordPieceConfiguration) throws {
            guard let section = root["post_processor"], !section.isNull else { return }
            switch section["type"]?.string {
            case "TemplateProcessing": try readTemplate(section, into: &configuration)
            case "BertProcessing":
                configuration.prefixIDs = [try pairID(section["cls"], named: "cls")]
                configuration.suffixIDs = [try pairID(section["sep"], named: "sep")]
            case let type:
                throw unsupported("the post-processor \"\(type ?? "?")\" is not known; BERT's are")
            }
        }

        /// `{"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, …]}`
        private func readTemplate(_ section: JSONValue, into configuration: inout WordPieceConfiguration)
            throws
        {
            var textCount = 0
            for part in section["single"]?.array ?? [] {
                if let name = part["SpecialToken"]?["id"]?.string {
                    guard let ids = section["special_tokens"]?[name]?["ids"]?.array else {
                        throw malformed("the template's token \"\(name)\" is not in \"special_tokens\"")
                    }
                    let values = try ids.map { try id($0, of: name) }
                    if textCount == 0 {
                        configuration.prefixIDs += values
                    } else {
                        configuration.suffixIDs += values
                    }
                } else if part["Sequence"] != nil {
                    textCount += 1
                }
            }
            guard textCount == 1 else {
                throw malformed(
                    "\"post_processor\" has a template \"single\" with \(textCount) texts instead of 1")
            }
        }

        private func pairID(_ value: JSONValue?, named name: String) throws -> Int32 {
            guard let pair = value?.array, pair.count == 2 else {
                throw malformed("\"post_processor\" lacks \"\(name)\" as [token, id]")
            }
            return try id(pair[1], of: name)
        }

        private func id(_ value: JSONValue, of token: String) throws -> Int32 {
            guard let number = value.integer, let id = Int32(exactly: number), id >= 0 else {
                throw malformed("the id of \"\(token)\" is not a whole number of 0 or more")
            }
            return id
        }

        @discardableResult
        private func require(_ type: String, of name: String) throws -> JSONValue {
            guard let section = root[name], !section.isNull else { throw malformed("\"\(name)\" is missing") }
            guard section["type"]?.string == type else {
                throw unsupported(
                    "\"\(name)\" is of type \"\(section["type"]?.string ?? "?")\"; only \"\(type)\" is supported"
                )
            }
            return section
        }

        private func malformed(_ message: String) -> TokenizationError {
            TokenizationError(code: .malformed, message: message, file: file)
        }

        private func unsupported(_ message: String) -> TokenizationError {
            TokenizationError(code: .unsupported, message: message, file: file)
        }
    }
}

/// A JSON file as a value, its faults as `TokenizationError`.
enum JSONFile {
    static func read(_ file: URL) throws -> JSONValue {
        do {
            return try JSONValue(parsing: Data(contentsOf: file))
        } catch let error as JSONError {
            throw TokenizationError(code: .malformed, message: "not valid JSON: \(error)", file: file.path)
        } catch {
            throw TokenizationError(
                code: .unreadable, message: "cannot be read: \(error.localizedDescription)", file: file.path)
        }
    }
}
