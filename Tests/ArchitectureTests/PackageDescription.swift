import Foundation

/// The package's own description, as `swift package dump-package` gives it, and what the sources import.
struct PackageDescription {
    struct Module {
        let name: String
        let kind: String
        let dependencies: Set<String>
    }

    let modules: [String: Module]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func load() throws -> PackageDescription {
        let scratch = FileManager.default.temporaryDirectory.appending(
            path: "graft-dump-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        var modules: [String: Module] = [:]
        for target in object["targets"] as? [[String: Any]] ?? [] {
            guard let name = target["name"] as? String, let kind = target["type"] as? String else { continue }
            var dependencies: Set<String> = []
            for dependency in target["dependencies"] as? [[String: Any]] ?? [] {
                for (_, value) in dependency {
                    if let first = (value as? [Any])?.first as? String { dependencies.insert(first) }
                }
            }
            modules[name] = Module(name: name, kind: kind, dependencies: dependencies)
        }
        return PackageDescription(modules: modules)
    }

    /// Modules that the Swift files of `name` import, by file.
    static func imports(of name: String, under folder: String = "Sources") throws -> [String: Set<String>] {
        let directory = root.appending(path: "\(folder)/\(name)")
        var result: [String: Set<String>] = [:]
        let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            var imported: Set<String> = []
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
                    words[..<position].allSatisfy({ $0.hasPrefix("@") || $0 == "public" || $0 == "package" })
                else { continue }
                let last = words.last.map(String.init) ?? ""
                imported.insert(String(last.split(separator: ".").first ?? ""))
            }
            result[file.lastPathComponent] = imported
        }
        return result
    }

    /// Everything that `name` reaches through dependencies inside the package.
    func reach(of name: String) -> Set<String> {
        var seen: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for dependency in modules[next]?.dependencies ?? [] where modules[dependency] != nil {
                if seen.insert(dependency).inserted { open.append(dependency) }
            }
        }
        return seen
    }
}
