import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Train a job on this machine, with a cluster of its own.",
        discussion: """
            Example:
              graft run job.yaml --workers 2 --output model

            Starts a coordinator and worker processes, trains, writes the model folder and stops them all. \
            Features are kept in the cache: the next job on the same data and backbone does not compute them again.
            """)

    @OptionGroup var training: LocalTraining

    func run() async throws { try await training.run() }
}
