import Foundation
import TrainingJobs

/// The tokenizer of an exported model is its backbone's, file by file.
enum TokenizerFiles {
    /// - Returns: names of the files written.
    static func copy(from source: URL, to folder: URL) throws -> [String] {
        let names = JobFiles.tokenizerFileNames.filter {
            FileManager.default.fileExists(atPath: source.appendingPathComponent($0).path)
        }
        for name in names {
            let contents = try Data(contentsOf: source.appendingPathComponent(name))
            try contents.write(to: folder.appendingPathComponent(name), options: .atomic)
        }
        return names
    }
}
