import DifferentiableTensors
import Foundation
import TensorKernels
import Testing
import TestingSupport
import TrainingJobs

@testable import TransferTechniques

/// The program for images, without a cluster.
@Suite struct ArrayClassificationTests {
    private static let side = 8
    private static let laneCount = 2
    private static let count = 8

    private static func program(_ technique: TechniqueSpecification) throws -> any TrainingProgram {
        let folder = try TemporaryFolder("array-classification")
        try folder.write(
            """
            {"architecture": "resnet20", "num_classes": 3, "input_size": [3, \(side), \(side)],
             "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
            """, to: "config.json")
        return try TechniqueCatalog.imageProgram(
            for: specification(technique), classCount: 2, backboneFolder: folder.url
        ).program
    }

    private static func specification(_ technique: TechniqueSpecification) -> JobSpecification {
        JobSpecification(
            name: "array", seed: 3, backbone: BackboneSpecification(folder: ""), technique: technique,
            tasks: [
                TaskSpecification(
                    name: "task", kind: .imageClassification,
                    train: DataFileSpecification(path: "train.tar", format: .webdataset))
            ],
            training: TrainingSpecification(epochs: 1, batch: count, microBatches: laneCount))
    }

    /// Sample i of lane l is sample l + 2i of the whole.
    private final class Source: MicroBatchSource {
        func laneCount(split: DataSplit, lane: Int) -> Int { count / ArrayClassificationTests.laneCount }

        func microBatch(split: DataSplit, lane: Int, positions: [Int], epoch: Int?) -> MicroBatch {
            let samples = positions.map { lane + $0 * ArrayClassificationTests.laneCount }
            let images = samples.map { sample in
                SampleInput.image((0..<side * side * 3).map { UInt8(($0 * 37 + sample * 91) % 256) })
            }
            return MicroBatch(input: .samples(images), labels: samples.map { $0 % 2 })
        }
    }

    /// After a step each statistic has followed the mean of what the step's micro-batches showed.
    @Test func runningStatisticsFollowTheStepsMean() throws {
        let technique = TechniqueSpecification(kind: .fromScratch, dropout: 0)
        let trained = try Self.program(technique)
        let session = TrainingSession(
            program: trained, specification: Self.specification(technique), trainCount: Self.count,
            laneCount: Self.laneCount, ownedLanes: [0, 1])
        let source = Source()
        let lanes = session.lanesOfStep
        repeat {
            for lane in lanes { try session.accumulate(lane: lane, from: source) }
            try session.finishAccumulation()
            try session.reduceAlone()
        } while try session.finishStep() == .mustRepeat

        // The same weights, one forward pass a micro-batch, averaged by hand.
        let fresh = try Self.program(technique)
        for lane in lanes {
            let order = EpochShuffle.order(
                count: Self.count / Self.laneCount, seed: 3, epoch: 0, lane: lane)
            let batch = source.microBatch(split: .train, lane: lane, positions: order, epoch: 0)
            _ = try fresh.trainingLoss(
                batch, globalBatchCount: Self.count, context: .training(seed: 3, step: 0, microBatch: lane))
        }
        #expect(trained.followingBuffers.count == 2 * 19)
        for (found, expected) in zip(trained.followingBuffers, fresh.followingBuffers) {
            #expect(expected.observationCount == Self.laneCount)
            let before = expected.value.scalars
            expected.followObservations()
            #expect(expected.value.scalars != before, "\(expected.name) did not move")
            let differences = zip(found.value.scalars, expected.value.scalars).map { abs($0 - $1) }
            #expect(differences.allSatisfy { $0 < 1e-5 }, "\(found.name)")
        }
    }

    @Test(arguments: [TechniqueKind.fromScratch, .pretraining])
    func nothingIsFrozenFromScratch(kind: TechniqueKind) throws {
        let program = try Self.program(TechniqueSpecification(kind: kind))
        #expect(program.frozenPart == nil)
        #expect(program.trainableParameterCount == program.parameterCount)
        #expect(program.layerGroups.flatMap { $0 }.count == program.trainableParameters.count)
    }

    @Test func samplesOfAnotherKindAreRefused() throws {
        let program = try Self.program(TechniqueSpecification(kind: .fromScratch))
        let texts = MicroBatch(input: .samples([.tokens([1, 2])]), labels: [0])
        let error = #expect(throws: TechniqueError.self) { try program.evaluate(texts) }
        #expect(error?.message.contains("takes images, and was given tokens") == true)
        #expect(throws: TechniqueError.self) {
            try program.evaluate(
                MicroBatch(input: .features(.zeros([1, 64]), SequenceLayout(lengths: [1])), labels: [0]))
        }
    }
}
