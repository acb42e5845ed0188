import Foundation
import Testing
import TestingSupport

private enum Processor {
    static let hasAVX512: Bool = {
        let description = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        // What OpenBLAS asks for before it takes the kernels of SkylakeX.
        return ["avx512f", "avx512dq", "avx512bw", "avx512vl"].allSatisfy(description.contains)
    }()
}

/// OpenBLAS's kernels for two processors give different bits; within each of them a job's are the same however it
/// is run. Both are at hand where a processor has AVX-512: `OPENBLAS_CORETYPE` chooses.
@Suite(.serialized, .enabled(if: Processor.hasAVX512)) struct KernelFamilyTests {
    /// In Haswell's a row's bits depend on its place in the block, in SkylakeX's on the shape alone.
    static let families = ["Haswell", "SkylakeX"]

    private static func environment(_ family: String) -> [String: String] { ["OPENBLAS_CORETYPE": family] }

    /// One model from 1, 2 and 3 workers with cold caches, and with the caches that others left.
    private func model(of file: String, _ family: String, in folder: TemporaryFolder) async throws -> String {
        var runs: [SameBitsTests.Model] = []
        for (workers, cache) in [(1, "one"), (2, "two"), (3, "three"), (1, "three"), (3, "one")] {
            runs.append(
                try await SameBitsTests.model(
                    workers: workers, of: file, cache: folder.file("cache-\(cache)").path,
                    environment: Self.environment(family)))
        }
        #expect(runs.allSatisfy { $0.kernelFamily.contains("/\(family)/") }, "\(runs)")
        #expect(
            runs.prefix(3).allSatisfy { $0.forwards > 0 } && runs.suffix(2).allSatisfy { $0.forwards == 0 })
        #expect(Set(runs.map(\.sha)).count == 1, "\(runs)")
        return runs[0].sha
    }

    @Test func textJobsGiveOneModelInEachFamily() async throws {
        var shas: [String] = []
        for family in Self.families {
            var job = try TinyJob()
            job.epochs = 2
            job.samples = 80
            shas.append(try await model(of: job.write(), family, in: job.folder))
        }
        #expect(Set(shas).count == Self.families.count, "the families are one: this tests nothing")
    }

    @Test func imageJobsGiveOneModelInEachFamily() async throws {
        let source = try TinyImageJob()
        let made = try await GraftProcess([
            "pretrain", try source.write("source"), "--output", source.folder.file("made").path, "--cache",
            source.folder.file("cache").path,
        ]).wait()
        try #require(made.exitCode == 0, "\(made.errors)")
        var shas: [String] = []
        for family in Self.families {
            var job = try TinyImageJob()
            try FileManager.default.copyItem(at: source.folder.file("made"), to: job.folder.file("made"))
            job.technique = "{kind: fine-tuning, frozen_layers: layer2}"
            job.backbone = "made"
            shas.append(try await model(of: job.write(), family, in: job.folder))
        }
        #expect(Set(shas).count == Self.families.count, "the families are one: this tests nothing")
    }

    /// A job's workers are of one family; it waits, and says why, where that has too few.
    @Test func mixedClustersKeepTheFamiliesApart() async throws {
        var job = try TinyJob()
        job.epochs = 2
        job.samples = 80
        job.minimumWorkers = 2
        let file = try job.write()
        let alone = try await SameBitsTests.model(
            workers: 1, of: file, cache: job.folder.file("cache").path,
            environment: Self.environment("Haswell"))

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        var workers = try Self.families.map {
            try cluster.startWorker($0.lowercased(), environment: Self.environment($0))
        }
        #expect(try await cluster.run(["submit", file]).exitCode == 0)
        try await cluster.wait("its reason", of: "tiny") { summary in
            (summary["message"] as? String ?? "").contains("1 free of another family cannot join")
        }
        #expect(try await cluster.summary(of: "tiny")?["state"] as? String == "queued")
        workers.append(try cluster.startWorker("second", environment: Self.environment("Haswell")))
        let report = try await cluster.waitForEnd(of: "tiny")
        #expect(report["workers"] as? Int == 2)
        #expect(report["kernelFamily"] as? String == alone.kernelFamily)
        #expect(report["modelSHA256"] as? String == alone.sha)
        for worker in workers { await worker.stop() }
        await coordinator.stop()
    }
}
