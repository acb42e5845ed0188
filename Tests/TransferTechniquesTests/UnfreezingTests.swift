import DifferentiableTensors
import Optimizers
import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct UnfreezingTests {
    /// Groups that learn at each of ten steps, of four.
    @Test(
        arguments: [
            (3, nil, [1, 1, 1, 4, 4, 4, 4, 4, 4, 4]), (2, 2, [1, 1, 2, 2, 3, 3, 4, 4, 4, 4]),
            (1, 3, [1, 2, 2, 2, 3, 3, 3, 4, 4, 4]), (0, nil, [4, 4, 4, 4, 4, 4, 4, 4, 4, 4]),
        ] as [(Int, Int?, [Int])])
    func layersFollowFromTheTop(headSteps: Int, interval: Int?, expected: [Int]) {
        let schedule = UnfreezingSchedule(headSteps: headSteps, interval: interval)
        #expect((0..<10).map { schedule.activeGroups(step: $0, of: 4) } == expected)
        #expect(schedule.activeGroups(step: .max, of: 1) == 1)
        #expect(schedule.activeGroups(step: 0, of: 0) == 0)
    }

    @Test func epochsBecomeSteps() {
        func schedule(head: Int? = nil, every: UnfreezeInterval? = nil) -> UnfreezingSchedule? {
            UnfreezingSchedule(
                TrainingSpecification(headEpochs: head, unfreezeEvery: every), stepsPerEpoch: 5)
        }
        #expect(schedule() == nil)
        #expect(schedule(head: 2) == UnfreezingSchedule(headSteps: 10, interval: nil))
        #expect(schedule(every: .epochs(3)) == UnfreezingSchedule(headSteps: 15, interval: 15))
        #expect(schedule(every: .steps(4)) == UnfreezingSchedule(headSteps: 4, interval: 4))
        #expect(schedule(head: 1, every: .steps(4)) == UnfreezingSchedule(headSteps: 5, interval: 4))
        #expect(schedule(head: .max, every: .epochs(.max))?.headSteps == .max)
    }

    private static func job(_ kind: OptimizerKind = .adamw) -> TinyJob {
        TinyJob(.fineTuning, frozenLayers: 0, optimizer: .init(kind: kind, learningRate: 0.01))
    }

    /// Three steps an epoch: the head alone, then each layer an epoch after the one above it.
    @Test(arguments: OptimizerKind.allCases) func whatRestsKeepsItsBits(kind: OptimizerKind) throws {
        let job = Self.job(kind).training { $0.unfreezeEvery = .epochs(1) }
        let cluster = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let session = cluster.sessions[0]
        #expect(session.totalSteps == 9)
        func bits() -> [[UInt8]] { cluster.bits() }
        func moved(_ before: [[UInt8]]) -> Set<String> {
            Set(
                zip(session.program.trainableParameters, before)
                    .filter { $0.0.value.littleEndianBytes != $0.1 }
                    .map { $0.0.name.split(separator: ".").prefix(3).joined(separator: ".") })
        }
        let head: Set = ["classifier.weight", "classifier.bias"]
        let expected = [
            head, head.union(["encoder.layer.1"]), head.union(["encoder.layer.0", "encoder.layer.1"]),
        ]
        for (epoch, names) in expected.enumerated() {
            let before = bits()
            let learning = session.program.trainableParameters.filter(\.isLearning).reduce(0) {
                $0 + $1.count
            }
            // What is exchanged is what learns, and loss and counts.
            #expect(session.exchangedElements.count == learning + 2)
            try cluster.run(to: 3 * (epoch + 1))
            #expect(moved(before) == names)
        }
        #expect(session.exchangedElements == 0..<session.gradients.elementCount)
    }

    /// While the head learns alone it learns as it does on frozen features, and no graph lies below it.
    @Test func theHeadAloneLearnsLikeFeatureExtraction() throws {
        let tuned = TinyJob(.fineTuning, frozenLayers: 0, dropout: 0)
        let probing = try TinyCluster(tuned.training { $0.headEpochs = 2 }, lanes: [[0, 1, 2, 3]])
        let extraction = try TinyCluster(
            TinyJob(.featureExtraction, dropout: 0), lanes: [[0, 1, 2, 3]])
        try probing.run(to: 6)
        try extraction.run(to: 6)
        let (a, b) = (probing.sessions[0].program, extraction.sessions[0].program)
        for parameter in b.trainableParameters {
            let other = try #require(a.trainableParameters.first { $0.name == parameter.name })
            for (x, y) in zip(other.value.scalars, parameter.value.scalars) { #expect(abs(x - y) < 1e-4) }
        }
        // From here on all layers learn.
        #expect(a.trainableParameters.allSatisfy { $0.isLearning })
    }

    /// A parameter that starts late takes the steps that it would take by itself: AdamW counts its own updates.
    @Test func lateStartersAreCountedByThemselves() throws {
        let parameters = ["early", "late"].map { Parameter($0, .filled(1, shape: [3])) }
        let together = OptimizerFactory.optimizer(OptimizerSpecification(weightDecay: 0), for: parameters)
        let alone = [Parameter("late", .filled(1, shape: [3]))]
        let single = OptimizerFactory.optimizer(OptimizerSpecification(weightDecay: 0), for: alone)
        func update(_ optimizer: any Optimizer, _ step: Int) {
            for parameter in optimizer.parameters where parameter.isLearning {
                parameter.setGradient { $0.fillNormal(standardDeviation: 1, key: UInt64(step)) }
            }
            optimizer.update(learningRate: 0.01, gradientScale: 1)
        }
        for step in 0..<5 {
            parameters[1].isResting = step < 3
            update(together, step)
        }
        let state = Dictionary(
            uniqueKeysWithValues: together.stateTensors().map { ($0.name, $0.tensor.copy()) })
        let restored = OptimizerFactory.optimizer(
            OptimizerSpecification(weightDecay: 0),
            for: parameters.map { Parameter($0.name, $0.value.copy()) })
        try restored.restoreState(state)
        for step in 3..<5 { update(single, step) }
        #expect(parameters[1].value.isIdentical(to: alone[0].value))
        for optimizer in [together, restored, single] { update(optimizer, 5) }
        #expect(restored.parameters[0].value.isIdentical(to: parameters[0].value))
        #expect(restored.parameters[1].value.isIdentical(to: alone[0].value))
    }

    /// Going back to a checkpoint of an earlier phase and on from there gives the bits of the straight way.
    @Test func aSessionThatGoesBackRestsAgain() throws {
        let job = Self.job().training { $0.unfreezeEvery = .steps(2) }
        let straight = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        try straight.run(to: 1)
        let checkpoint = try straight.sessions[0].checkpoint()
        try straight.run(to: 6)
        let end = straight.bits()
        try straight.sessions[0].restore(checkpoint)
        #expect(straight.sessions[0].exchangedElements.lowerBound > 0)
        try straight.run(to: 6)
        #expect(straight.bits() == end)
    }
}
