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
        private var parts: TokenizerJSONParts { TokenizerJSONParts(file: file) }

        func configuration() throws -> WordPieceConfiguration {
            var configuration = WordPieceConfiguration()
            configuration.normalizer = try normalizer()
            try require("BertPreTokenizer", of: "pre_tokenizer")
            try readModel(into: &configuration)
            configuration.addedTokens = try (root["added_tokens"]?.array ?? []).map(parts.addedToken)
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
            configuration.vocabulary = try parts.vocabulary(model["vocab"])
            configuration.unknownToken = model["unk_token"]?.string ?? "[UNK]"
            configuration.continuationPrefix = model["continuing_subword_prefix"]?.string ?? "##"
            configuration.maximumWordLength = model["max_input_chars_per_word"]?.integer ?? 100
        }

        private func readPostProcessor(into configuration: inout WordPieceConfiguration) throws {
            guard let section = root["post_processor"], !section.isNull else { return }
            switch section["type"]?.string {
            case "TemplateProcessing":
                (configuration.prefixIDs, configuration.suffixIDs) = try parts.template(section)
            case "BertProcessing":
                configuration.prefixIDs = [try parts.pairID(section["cls"], named: "cls")]
                configuration.suffixIDs = [try parts.pairID(section["sep"], named: "sep")]
            case let type:
                throw unsupported("the post-processor \"\(type ?? "?")\" is not known; BERT's are")
            }
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
