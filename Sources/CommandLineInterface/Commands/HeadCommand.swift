import ArgumentParser
import Foundation
import TransferTechniques

struct HeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head", abstract: "Take one task's model out of a model of several tasks.",
        discussion: """
            Example:
              graft head model section --output section-model

            The folder is what a job of that task alone leaves: trunk and head together, loadable as it is. Without \
            --output the heads' names are printed.
            """)

    @Argument(help: "The model folder of a job with several tasks.", completion: .directory)
    var model: String

    @Argument(help: "The task's name.")
    var name: String?

    @Option(name: .shortAndLong, help: "The folder to write; it must not exist.", completion: .directory)
    var output: String?

    func validate() throws {
        guard (name == nil) == (output == nil) else {
            throw ValidationError("Give a task's name and --output, or neither to see the names.")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: model, isDirectory: true)
        do {
            guard let name, let output else {
                return print(try HeadFolder.names(in: folder).joined(separator: "\n"))
            }
            try assemble(name, of: folder, to: URL(fileURLWithPath: output, isDirectory: true))
            print(output)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalidInput, "\(error)")
        }
    }

    private func assemble(_ name: String, of folder: URL, to target: URL) throws {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: target.path) else {
            throw CommandFailure(.invalidInput, "\(target.path) exists already; name another folder")
        }
        let partial = target.deletingLastPathComponent()
            .appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString).partial")
        try manager.createDirectory(at: partial, withIntermediateDirectories: true)
        do {
            _ = try HeadFolder.assemble(name, of: folder, to: partial)
            try manager.moveItem(at: partial, to: target)
        } catch {
            try? manager.removeItem(at: partial)
            throw error
        }
    }
}
