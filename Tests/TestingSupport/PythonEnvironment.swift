import Foundation

/// A Python with torch and transformers: `GRAFT_PYTHON`, or one in `.venv…` at the repository's root.
public enum PythonEnvironment {
    public static let executable: String? = {
        let candidates =
            [ProcessInfo.processInfo.environment["GRAFT_PYTHON"]].compactMap { $0 }
            + RealInput.environments.map { $0.appending(path: "bin/python").path }
        return candidates.first {
            FileManager.default.isExecutableFile(atPath: $0) && has($0, ["torch", "transformers"])
        }
    }()

    /// The same Python, where it has these packages too.
    public static func executable(with packages: [String]) -> String? {
        executable.flatMap { has($0, packages) ? $0 : nil }
    }

    private static func has(_ python: String, _ packages: [String]) -> Bool {
        // Looks the packages up without importing them, which takes seconds.
        let check = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
        return (try? run(python, ["-c", check] + packages, input: Data()))?.status == 0
    }

    /// Runs `python` with `input` on its standard input.
    public static func run(_ python: String, _ arguments: [String], input: Data) throws -> (
        status: Int32, output: Data
    ) {
        let process = Process()
        let (stdin, stdout) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
