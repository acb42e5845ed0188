import DifferentiableTensors
import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct SplitEvaluationTests {
    @Test(arguments: [TechniqueKind.featureExtraction, .fineTuning, .fromScratch])
    func countsDoNotDependOnHowLanesAreSpread(kind: TechniqueKind) throws {
        let job = TinyJob(kind, frozenLayers: 1, samples: 300)
        let program = job.program()
        let source = try TinySource(job, program)
        func run(_ lanes: [Int]) throws -> LaneEvaluation {
            try SplitEvaluation.run(program, split: .test, lanes: lanes, source: source)
        }
        let whole = try run([0, 1, 2, 3])
        let parts = try [run([3, 1]), run([0]), run([2])]
        #expect(whole.samples == 300)
        #expect(whole.confusion.reduce(0, +) == 300)
        #expect(
            whole.confusion.indices.allSatisfy { i in
                whole.confusion[i] == parts.reduce(0) { $0 + $1.confusion[i] }
            })
        #expect(whole.lossFixed == parts.reduce(0) { $0 + $1.lossFixed })
        for label in 0..<3 {
            let row = whole.confusion[label * 3..<label * 3 + 3].reduce(0, +)
            #expect(row == job.labels.filter { $0 == label }.count)
        }
    }

    @Test func evaluationIsOfThePredictionsItReports() throws {
        let job = TinyJob(.featureExtraction)
        let program = job.program()
        let source = try TinySource(job, program)
        let batch = try source.microBatch(split: .test, lane: 0, positions: [0, 1, 2, 3], epoch: nil)
        let evaluation = try program.evaluate(batch)
        let loss = try program.trainingLoss(batch, globalBatchCount: 1, context: .evaluation)
        #expect(abs(evaluation.losses.reduce(0, +) - loss.value.scalar) < 1e-4)
        for (sample, prediction) in evaluation.predictions.enumerated() {
            let row = evaluation.logits[sample * 3..<sample * 3 + 3]
            #expect(row.max() == evaluation.logits[sample * 3 + prediction])
        }
    }

    @Test func progressCanStopAnEvaluation() throws {
        struct Stop: Error {}
        let job = TinyJob(.featureExtraction, samples: 300)
        let program = job.program()
        let source = try TinySource(job, program)
        var seen: [Int] = []
        #expect(throws: Stop.self) {
            try SplitEvaluation.run(program, split: .test, lanes: [0, 1], source: source) { done in
                seen.append(done)
                if done > 60 { throw Stop() }
            }
        }
        #expect(seen == [32, 64])
    }
}
