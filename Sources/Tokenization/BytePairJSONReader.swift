import StrictJSON

/// Reads a byte-level `tokenizer.json`. What would change ids and is not known is refused, never passed over.
struct BytePairJSONReader {
    private let root: JSONValue
    private let file: String

    static func configuration(_ root: JSONValue, file: String) throws -> BytePairConfiguration {
        try BytePairJSONReader(root: root, file: file).configuration()
    }

    private func configuration() throws -> BytePairConfiguration {
        var configuration = BytePairConfiguration()
        if let normalizer = root["normalizer"], !normalizer.isNull {
            throw unsupported("a \"normalizer\" before byte pairs is not supported")
        }
        let cutting = root["pre_tokenizer"] ?? .null
        guard cutting["type"]?.string == "ByteLevel", cutting["use_regex"]?.bool ?? true else {
            throw unsupported(
                "\"pre_tokenizer\" is not \"ByteLevel\" with its own words; only that is supported")
        }
        configuration.addsPrefixSpace = cutting["add_prefix_space"]?.bool ?? true
        try readModel(into: &configuration)
        configuration.addedTokens = try (root["added_tokens"]?.array ?? []).map {
            try TokenizerJSONParts(file: file).addedToken($0)
        }
        try readPostProcessor(root["post_processor"], into: &configuration)
        return configuration
    }

    private func readModel(into configuration: inout BytePairConfiguration) throws {
        guard let model = root["model"], model["type"]?.string == "BPE" else {
            throw unsupported("\"model\" is not of type \"BPE\"")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            guard (model[key]?.string ?? "").isEmpty else { throw unsupported("\"\(key)\" is not supported") }
        }
        if let dropout = model["dropout"], !dropout.isNull {
            throw unsupported("\"dropout\" makes ids random; it is not supported")
        }
        if model["byte_fallback"]?.bool == true { throw unsupported("\"byte_fallback\" is not supported") }
        configuration.ignoresMerges = model["ignore_merges"]?.bool ?? false
        configuration.vocabulary = try TokenizerJSONParts(file: file).vocabulary(model["vocab"])
        guard let merges = model["merges"]?.array else { throw malformed("\"model\" has no \"merges\"") }
        configuration.merges = try merges.enumerated().map { index, value in
            // One string with a space between the two, or the two by themselves.
            let parts =
                value.string.map {
                    $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                }
                ?? value.array?.compactMap(\.string) ?? []
            guard parts.count == 2 else { throw malformed("merge \(index + 1) is not a pair of tokens") }
            return (left: parts[0], right: parts[1])
        }
    }

    private func readPostProcessor(
        _ section: JSONValue?, into configuration: inout BytePairConfiguration
    ) throws {
        guard let section, !section.isNull else { return }
        let parts = TokenizerJSONParts(file: file)
        switch section["type"]?.string {
        case "ByteLevel": return
        case "RobertaProcessing":
            configuration.prefixIDs += [try parts.pairID(section["cls"], named: "cls")]
            configuration.suffixIDs += [try parts.pairID(section["sep"], named: "sep")]
        case "TemplateProcessing":
            let template = try parts.template(section)
            configuration.prefixIDs += template.before
            configuration.suffixIDs += template.after
        case "Sequence":
            let processors = section["processors"]?.array ?? []
            guard processors.filter({ $0["type"]?.string != "ByteLevel" }).count <= 1 else {
                throw unsupported("several post-processors that add tokens are not supported")
            }
            for processor in processors { try readPostProcessor(processor, into: &configuration) }
        case let type:
            throw unsupported("the post-processor \"\(type ?? "?")\" is not known; GPT-2's and RoBERTa's are")
        }
    }

    private func malformed(_ message: String) -> TokenizationError {
        TokenizationError(code: .malformed, message: message, file: file)
    }

    private func unsupported(_ message: String) -> TokenizationError {
        TokenizationError(code: .unsupported, message: message, file: file)
    }
}
