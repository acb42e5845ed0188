import Foundation

/// The part of `model.safetensors.index.json` that says which files hold the weights.
enum WeightsIndex {
    private struct Content: Decodable {
        var weightMap: [String: String]

        enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }

    /// Names of the shard files, sorted, each once. Throws `JobError` (`unreadableFile`) where the index is
    /// not one, or names a file outside of its folder.
    static func shardNames(at url: URL) throws -> [String] {
        func failure(_ reason: String) -> JobError {
            JobError(
                code: .unreadableFile,
                message: "\(url.path): \(reason) An index names each tensor's file under \"weight_map\".")
        }
        guard let data = try? Data(contentsOf: url) else { throw failure("The file cannot be read.") }
        guard let content = try? JSONDecoder().decode(Content.self, from: data) else {
            throw failure("This is not a weights index.")
        }
        let names = Set(content.weightMap.values).sorted()
        guard !names.isEmpty else { throw failure("It names no file.") }
        for name in names where name.contains("/") || name.hasPrefix(".") {
            throw failure("It names \"\(name)\", which is not a file of its own folder.")
        }
        return names
    }
}
