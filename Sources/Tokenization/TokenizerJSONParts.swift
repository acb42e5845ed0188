import StrictJSON

/// Parts that files of the tokenizers library have in common, whatever the model.
struct TokenizerJSONParts {
    /// Named in errors.
    let file: String

    /// `{"token": id, …}`, no id twice.
    func vocabulary(_ value: JSONValue?) throws -> [(text: String, id: Int32)] {
        guard let members = value?.members, !members.isEmpty else {
            throw malformed("there is no vocabulary, an object of tokens and their ids")
        }
        var seen: Set<Int32> = []
        return try members.map { member in
            let id = try id(member.value, of: member.name)
            guard seen.insert(id).inserted else {
                throw malformed("the id \(id) of \"\(member.name)\" belongs to another token too")
            }
            return (text: member.name, id: id)
        }
    }

    /// An entry of `added_tokens`.
    func addedToken(_ value: JSONValue) throws -> AddedToken {
        guard let text = value["content"]?.string, !text.isEmpty, let idValue = value["id"] else {
            throw malformed("an entry of \"added_tokens\" lacks \"content\" or \"id\"")
        }
        return AddedToken(text: text, id: try id(idValue, of: text), rules: rules(value))
    }

    func rules(_ value: JSONValue) -> AddedToken.Rules {
        AddedToken.Rules(
            isSingleWord: value["single_word"]?.bool ?? false, stripsLeft: value["lstrip"]?.bool ?? false,
            stripsRight: value["rstrip"]?.bool ?? false, isNormalized: value["normalized"]?.bool ?? false)
    }

    /// `{"single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}, …]}`: the ids around a text.
    func template(_ section: JSONValue) throws -> (before: [Int32], after: [Int32]) {
        var before: [Int32] = []
        var after: [Int32] = []
        var textCount = 0
        for part in section["single"]?.array ?? [] {
            if let name = part["SpecialToken"]?["id"]?.string {
                guard let ids = section["special_tokens"]?[name]?["ids"]?.array else {
                    throw malformed("the template's token \"\(name)\" is not in \"special_tokens\"")
                }
                let values = try ids.map { try id($0, of: name) }
                if textCount == 0 { before += values } else { after += values }
            } else if part["Sequence"] != nil {
                textCount += 1
            }
        }
        guard textCount == 1 else {
            throw malformed(
                "\"post_processor\" has a template \"single\" with \(textCount) texts instead of 1")
        }
        return (before, after)
    }

    /// `["</s>", 2]`
    func pairID(_ value: JSONValue?, named name: String) throws -> Int32 {
        guard let pair = value?.array, pair.count == 2 else {
            throw malformed("\"post_processor\" lacks \"\(name)\" as [token, id]")
        }
        return try id(pair[1], of: name)
    }

    func id(_ value: JSONValue, of token: String) throws -> Int32 {
        // One below the largest: sizes are ids plus one.
        guard let number = value.integer, let id = Int32(exactly: number), (0..<Int32.max).contains(id) else {
            throw malformed("the id of \"\(token)\" is not a whole number of 0 or more")
        }
        return id
    }

    private func malformed(_ message: String) -> TokenizationError {
        TokenizationError(code: .malformed, message: message, file: file)
    }
}
