import Testing
import TrainingJobs

@testable import JobScheduling

/// Where sums are not exact, members that stand at the same step need not hold the same weights.
@Suite struct FastExchangeTests {
    private static let held = ContentFile(path: "checkpoint.safetensors", sha256: "step3", size: 100)

    /// A driver whose members have said at which steps they stand, and what it asks of them.
    private func prepared(
        _ exchange: GradientExchange, standing: [Int], progress: TrainingProgress = .init()
    ) -> (JobDriver, [JobDirective]) {
        var specification = JobFixture.specification()
        specification.training.exchange = exchange
        var driver = JobDriver(specification: specification, plan: JobFixture.plan(), progress: progress)
        _ = driver.handle(.assign(JobFixture.members(standing.count)))
        var directives: [JobDirective] = []
        for (rank, step) in standing.enumerated() {
            directives += report(
                &driver, rank,
                .prepared(
                    faults: [], failure: nil, parameters: 1000, trainableParameters: 10, heldStep: step))
        }
        return (driver, directives)
    }

    private func report(_ driver: inout JobDriver, _ rank: Int, _ report: MemberReport) -> [JobDirective] {
        driver.handle(
            .report(
                workerID: JobFixture.members(rank + 1)[rank].workerID,
                generation: driver.progress.generation, report))
    }

    /// What the members are told to run once features are there.
    private func firstSegments(_ driver: inout JobDriver, _ count: Int) -> [Segment] {
        let directives = (0..<count).flatMap { report(&driver, $0, .extracted(JobReport.Extraction())) }
        return directives.commands.compactMap {
            if case .run(let segment) = $0.command { segment } else { nil }
        }
    }

    @Test(arguments: [GradientExchange.fast, .fastBF16])
    func `all take over one member's state`(exchange: GradientExchange) {
        var (driver, directives) = prepared(exchange, standing: [3, 3])
        #expect(directives.commands.map(\.command) == [.handIn])
        let steps = (0..<3).map {
            StepResult(step: $0, lossFixed: 1, samples: 20, learningRate: 0.01, gradientNorm: 1)
        }
        _ = report(&driver, 0, .handedIn(HeldState(step: 3, checkpoint: Self.held, steps: steps)))
        let segments = firstSegments(&driver, 2)
        #expect(segments.map(\.resumeStep) == [3, 3])
        #expect(segments.map(\.state) == [Self.held, Self.held])
    }

    @Test(arguments: [GradientExchange.fast, .fastBF16])
    func `all take over the stored state where nobody is further`(exchange: GradientExchange) {
        var progress = TrainingProgress()
        progress.step = 5
        progress.checkpoint = ContentFile(path: "checkpoint.safetensors", sha256: "step5", size: 100)
        var (driver, directives) = prepared(exchange, standing: [5, 5], progress: progress)
        #expect(directives.commands.map(\.command) == [.extract, .extract])
        let segments = firstSegments(&driver, 2)
        #expect(segments.map(\.state) == [progress.checkpoint, progress.checkpoint])
    }

    @Test(arguments: [(GradientExchange.exact, [3, 3]), (.fast, [3]), (.fast, [0, 0])])
    func `nothing is taken over where all hold the same`(exchange: GradientExchange, standing: [Int]) {
        var (driver, directives) = prepared(exchange, standing: standing)
        #expect(!directives.commands.contains { $0.command == .handIn })
        let segments = firstSegments(&driver, standing.count)
        #expect(segments.count == standing.count)
        #expect(segments.allSatisfy { $0.state == nil && $0.resumeStep == standing[0] })
    }
}
