import ArgumentParser
import Foundation
import TrainingJobs

struct PretrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Make a backbone: train a network from random weights on a source task.",
        discussion: """
            Example:
              graft pretrain source.yaml --workers 2 --output backbone

            The job's technique is pretraining, and its backbone folder needs a config.json (and a tokenizer, for \
            text), no weights. The folder that is written is a backbone for other jobs. With --coordinator the job \
            runs on that cluster, else on this machine.
            """)

    @OptionGroup var training: LocalTraining

    @Option(
        help: ArgumentHelp("Train on the cluster of this coordinator instead.", valueName: "endpoint"))
    var coordinator: String?

    @Option(help: ArgumentHelp("Seconds to wait for the coordinator.", valueName: "seconds"))
    var timeout: Double = 10

    func validate() throws {
        let isLocal = training.workers != 1 || training.cache != nil || training.state != nil
        guard coordinator == nil || !isLocal && training.cacheLimit == nil else {
            throw ValidationError(
                "With --coordinator the cluster's own workers and caches are used: leave out --workers, --cache, "
                    + "--cache-limit and --state.")
        }
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout must be more than 0 and at most 86400 seconds.")
        }
    }

    func run() async throws {
        guard let coordinator else { return try await training.run(check: requirePretraining) }
        let submission = try JobSubmission(
            jobFile: URL(fileURLWithPath: training.job), adjust: training.exchange.apply)
        try requirePretraining(submission.specification)
        let download = try training.download(for: submission)
        let outcome = try await Interrupts.cancelling {
            try await CoordinatorClient.with(coordinator, timeout: .seconds(timeout)) {
                try await submission.train(with: $0, into: download)
            }
        }
        try outcome.show(asJSON: training.json)
    }

    private func requirePretraining(_ specification: JobSpecification) throws {
        let kind = specification.technique.kind
        guard kind == .pretraining else {
            throw CommandFailure(
                .invalidInput,
                "\(training.job): the technique is \(kind.rawValue), and a backbone comes of "
                    + "\"technique: pretraining\"; run other jobs with graft run or graft submit")
        }
    }
}
