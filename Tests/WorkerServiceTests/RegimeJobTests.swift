import Foundation
import Testing
import TrainingJobs
import WireProtocol

@testable import WorkerService

/// What training does beyond freezing, over real rings.
@Suite(.serialized) struct RegimeJobTests {
    private static func specification(_ kind: String) -> JobSpecification {
        var specification = WorkerFixture.specification(.fineTuning)
        specification.training.averageDecay = 0.9
        specification.training.labelSmoothing = 0.1
        if kind == "adapters" {
            specification.technique.frozenLayers = nil
            specification.technique.lora = LowRankSpecification(rank: 2, dropout: 0.1)
            specification.training.layerDecay = 0.9
        } else {
            specification.technique.frozenLayers = 0
            specification.training.unfreezeEvery = .steps(2)
        }
        return specification
    }

    @Test(arguments: ["unfreezing", "adapters"])
    func theSameBitsOnOneTwoAndThreeWorkers(kind: String) async throws {
        let fixture = try await WorkerFixture()
        for count in 1...3 {
            let names = (0..<count).map { "size\(count)-\($0)" }
            try await fixture.withWorkers(names, cache: "cache-\(count)") { ids in
                let script = JobScript(
                    fixture: fixture, specification: Self.specification(kind), jobID: "job-\(count)",
                    workerIDs: ids)
                _ = try await script.prepare()
                _ = try await script.extract()
                let head = try await script.run(to: 2)
                let all = try await script.run(segment: 1, from: 2, to: 6)
                if count > 1, kind == "unfreezing" {
                    // In the first steps all but the head rests, and is not exchanged.
                    let bytes = [head, all].map { $0.reduce(0) { $0 + ($1.timings?.exchangedBytes ?? 0) } }
                    #expect(bytes[0] > 0 && 20 * bytes[0] < bytes[1])
                }
                let checkpoint = try #require(all.rankZero?.checkpoint)
                await fixture.coordinator.note(checkpoint.sha256, all.evaluation)
                guard count == 1 else { return }
                let coordinator = fixture.coordinator
                try await coordinator.command(
                    .exportModel(ExportModel(jobID: "job-1", generation: 1, checkpoint: checkpoint)),
                    to: ids[0])
                let exported = try await coordinator.report {
                    if case .modelExported(let report) = $0 { report } else { nil }
                }
                let adapter = ["adapter/adapter_config.json", "adapter/adapter_model.safetensors"]
                #expect(
                    exported.files.map(\.path)
                        == (kind == "adapters" ? adapter : []) + [
                            "config.json", "model.safetensors", "vocab.txt",
                        ])
            }
        }
        let (checkpoints, evaluations) = await fixture.coordinator.notes
        #expect(checkpoints.count == 3 && Set(checkpoints).count == 1)
        #expect(Set(evaluations).count == 1)
        await fixture.shutdown()
    }
}
