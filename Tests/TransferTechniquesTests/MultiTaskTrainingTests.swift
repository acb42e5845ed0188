import CheckpointFormats
import DifferentiableTensors
import Foundation
import TensorKernels
import Testing
import TestingSupport
import Tokenization
import TrainingJobs

@testable import TransferTechniques

/// Several tasks on one trunk.
@Suite struct MultiTaskTrainingTests {
    private static func batch(_ job: TinyJob, _ program: any TrainingProgram, task: Int) throws -> MicroBatch
    {
        var batch = try TinySource(job, program).ofTask(task)
            .microBatch(split: .train, lane: 0, positions: [0, 1, 2], epoch: 0)
        batch.task = task
        return batch
    }

    /// A micro-batch moves the trunk and its own task's head, by its weight.
    @Test(arguments: [0, 1, 2])
    func aMicroBatchTrainsTheTrunkAndOneHead(task: Int) throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1, dropout: 0).tasks([46, 20, 8])
        let program = try #require(job.program() as? MultiTaskTraining)
        let batch = try Self.batch(job, program, task: task)
        let step = try program.stepLoss(
            batch, target: nil, globalBatchCount: 12, progress: 0,
            context: .training(seed: 1, step: 0, microBatch: 0))
        let alone = try program.members[task].program.trainingLoss(
            batch, globalBatchCount: 12, context: .training(seed: 1, step: 0, microBatch: 0))
        #expect(step.task.value.scalar == alone.value.scalar)
        #expect(abs(step.total.value.scalar - alone.value.scalar * Float(task + 1)) < 1e-6)
        step.total.backward()
        for parameter in program.trainableParameters {
            let owner = parameter.name.hasPrefix("tasks.") ? parameter.name.split(separator: ".")[1] : "trunk"
            let moves = parameter.gradient.sumOfSquares() > 0
            #expect(moves == (owner == "trunk" || owner == "task-\(task)"), "\(parameter.name)")
        }
    }

    /// L / σ² + log σ, and its derivative by log σ²: 1/2 − L / σ², both by the part of the step's samples.
    @Test func uncertaintyWeighsAsItsPaperSays() throws {
        let job = TinyJob(.fineTuning, frozenLayers: 1, dropout: 0).tasks([46, 20], weighting: .uncertainty)
        let program = try #require(job.program() as? MultiTaskTraining)
        let variances = program.trainableParameters.filter { $0.name.hasSuffix("log_variance") }
        #expect(variances.map(\.name) == ["tasks.task-0.log_variance", "tasks.task-1.log_variance"])
        variances[1].value[0] = 0.7
        let batch = try Self.batch(job, program, task: 1)
        let step = try program.stepLoss(
            batch, target: nil, globalBatchCount: 12, progress: 0,
            context: .training(seed: 1, step: 0, microBatch: 0))
        let loss = step.task.value.scalar
        let factor: Float = 0.496_585_3  // exp(-0.7)
        #expect(abs(step.total.value.scalar - (loss * factor + 0.35 * 3 / 12)) < 1e-5)
        step.total.backward()
        #expect(abs(variances[1].gradient[0] - (0.5 * 3 / 12 - loss * factor)) < 1e-5)
        #expect(variances[0].gradient[0] == 0)
    }

    /// What a head lacks of its model is in the trunk's folder, and both make the model that its own export is.
    @Test(arguments: ExportFixture.Family.allCases)
    func headsAndTrunkMakeEachTasksModel(family: ExportFixture.Family) throws {
        let described = try TemporaryFolder("described")
        let backbone = try ExportFixture(.mean, .linear, family: family, in: described.url).source
        let program = try Self.twoTasks(backbone)
        let folder = try TemporaryFolder("multi-task")
        let names = try program.export(to: folder.url, labels: [], backboneFolder: backbone)
        #expect(Set(names).count == names.count)
        #expect(try HeadFolder.names(in: folder.url) == ["colour", "size"])
        for member in program.members {
            let (whole, assembled) = (try TemporaryFolder("whole"), try TemporaryFolder("assembled"))
            let files = try member.program.export(
                to: whole.url, labels: member.labels, backboneFolder: backbone)
            #expect(try HeadFolder.assemble(member.name, of: folder.url, to: assembled.url) == files.sorted())
            for file in files where file != "model.safetensors" {
                #expect(
                    try Data(contentsOf: whole.file(file)) == Data(contentsOf: assembled.file(file)),
                    "\(file)")
            }
            let model = try SafetensorsFile(path: whole.file("model.safetensors").path)
            let again = try SafetensorsFile(path: assembled.file("model.safetensors").path)
            #expect(model.names.sorted() == again.names.sorted() && model.metadata == again.metadata)
            for name in model.names {
                #expect(
                    try model.tensor(named: name).littleEndianBytes
                        == again.tensor(named: name).littleEndianBytes)
            }
            let head = folder.file("heads/\(member.name)/head.safetensors")
            #expect(try SafetensorsFile(path: head.path).names.count < model.names.count)
        }
        let error = #expect(throws: TechniqueError.self) {
            try HeadFolder.assemble("weight", of: folder.url, to: folder.url)
        }
        #expect(error?.message.contains("colour, size") == true)
    }

    private static func twoTasks(_ backbone: URL) throws -> MultiTaskTraining {
        let specification = JobSpecification(
            name: "two", seed: 3,
            backbone: BackboneSpecification(folder: "", maximumLength: ExportFixture.maximumLength),
            technique: TechniqueSpecification(kind: .fromScratch, pooling: .mean), tasks: [])
        let program = try TechniqueCatalog.program(
            for: specification,
            heads: [
                HeadRequest(name: "colour", labels: ["blue", "green", "red"]),
                HeadRequest(name: "size", labels: ["large", "small"]),
            ], backboneFolder: backbone, tokenizer: try TokenizerCatalog.load(folder: backbone))
        return try #require(program as? MultiTaskTraining)
    }
}

extension TinyJob {
    func tasks(_ sizes: [Int], weighting: LossWeighting = .fixed) -> TinyJob {
        var job = self
        job.taskSizes = sizes
        job.specification.multiTask = MultiTaskSpecification(weighting: weighting)
        return job
    }
}
