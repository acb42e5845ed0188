import TensorKernels
import Testing
import TrainingJobs

@testable import TransferTechniques

/// A step's sums in parts.
@Suite struct BucketTests {
    static let jobs: [TinyJob] = [
        TinyJob(.featureExtraction, head: .mlp, samples: 70),
        TinyJob(.fineTuning, frozenLayers: .nothing),
        TinyJob(.fineTuning, frozenLayers: .nothing).training { $0.unfreezeEvery = .steps(2) },
    ]

    private func run(_ job: TinyJob, bucketElements: Int) throws -> (bits: [[UInt8]], partCounts: Set<Int>) {
        let program = job.program()
        let session = TrainingSession(
            program: program, specification: job.specification, trainCount: job.labels.count,
            laneCount: TinyJob.laneCount, ownedLanes: [0, 1, 2, 3], bucketElements: bucketElements)
        let source = try TinySource(job, program)
        var partCounts: Set<Int> = []
        while session.step < session.totalSteps {
            for lane in session.lanesOfStep { try session.accumulate(lane: lane, from: source) }
            var parts: [Range<Int>] = []
            try session.finishAccumulation { part in
                // As an exchange would: what is added to the part after this is lost.
                try session.gradients.finish(part)
                parts.append(part)
            }
            #expect(parts == session.exchangedParts)
            #expect(parts.first?.lowerBound == session.exchangedElements.lowerBound)
            #expect(parts.last?.upperBound == session.exchangedElements.upperBound)
            for (one, next) in zip(parts, parts.dropFirst()) {
                #expect(one.upperBound == next.lowerBound)
                #expect(one.count >= bucketElements)
            }
            partCounts.insert(parts.count)
            _ = try session.finishStep()
        }
        return (program.trainableParameters.map(\.value.littleEndianBytes), partCounts)
    }

    @Test(arguments: jobs.indices, [1, 700, 3000])
    func theirSizeChangesNoBit(index: Int, bucketElements: Int) throws {
        let job = Self.jobs[index]
        let whole = try run(job, bucketElements: TrainingSession.bucketElements)
        #expect(whole.partCounts == [1])
        let parted = try run(job, bucketElements: bucketElements)
        #expect(parted.bits == whole.bits)
        #expect((parted.partCounts.max() ?? 0) > 1 || bucketElements > 700)
    }
}
