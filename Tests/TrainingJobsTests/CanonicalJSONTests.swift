import Foundation
import Testing

@testable import TrainingJobs

@Suite struct CanonicalJSONTests {
    @Test func aSpecificationComesBackAsItWas() throws {
        let job = try decode(fullJob).specification
        let text = try CanonicalJSON.encode(job)
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: text) == job)
        #expect(try CanonicalJSON.encode(CanonicalJSON.decode(JobSpecification.self, from: text)) == text)
        #expect(!text.contains("\n") && text.contains("\"folder\":\"../models/minilm\""))
        #expect(text.contains("\"seed\":18446744073709551615"))
    }

    @Test(arguments: [
        Float(0.1), 1e-3, 3e-4, 1e-30, 16_777_216, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ])
    func numbersKeepTheirBits(value: Float) throws {
        var job = try decode(smallJob).specification
        job.training.optimizer.learningRate = value
        let back = try CanonicalJSON.decode(JobSpecification.self, from: CanonicalJSON.encode(job))
        #expect(back.training.optimizer.learningRate.bitPattern == value.bitPattern)
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        var job = try decode(smallJob).specification
        job.training.optimizer.learningRate = .nan
        let error = #expect(throws: JobError.self) { try CanonicalJSON.encode(job) }
        #expect(error?.code == .invalidJSON)
    }

    @Test(arguments: [
        ("", "JobSpecification"), ("[]", "expected"), ("{\"name\":\"a\"}", "missing"),
        ("{\"name\":1}", "name"),
    ])
    func otherTextIsRefused(text: String, part: String) {
        let error = #expect(throws: JobError.self) {
            try CanonicalJSON.decode(JobSpecification.self, from: text)
        }
        #expect(error?.code == .invalidJSON)
        #expect(error?.message.contains(part) == true)
    }

    @Test func aReportComesBackAsItWas() throws {
        let measures = JobReport.TaskMeasures(
            task: "topic", samples: 10, loss: 0.25, accuracy: 0.9, macroF1: 0.875, f1: 0.8)
        let report = JobReport(
            jobID: "1", name: "a", workers: 3, kernelFamily: "openblas-0.3.21/SkylakeX", generations: 2,
            parameterCount: 10, trainableParameterCount: 4,
            extraction: JobReport.Extraction(samples: 7, seconds: 0.1),
            segments: [JobReport.Segment(endStep: 4, epoch: 0, trainLoss: 0.3, validation: [measures])],
            firstEpochSeconds: 2, laterEpochSeconds: 0.1,
            best: JobReport.Best(step: 4, metric: .macroF1, value: 0.875), test: [measures],
            modelSHA256: "ab",
            wallSeconds: 3)
        #expect(try CanonicalJSON.decode(JobReport.self, from: CanonicalJSON.encode(report)) == report)
        #expect(measures.value(of: .f1) == 0.8 && measures.value(of: .loss) == 0.25)
    }
}
