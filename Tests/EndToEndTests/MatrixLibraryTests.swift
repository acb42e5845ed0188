import Foundation
import Testing
import TestingSupport

/// What a worker does on a host whose OpenBLAS a job's bits cannot rest on.
@Suite(.serialized) struct MatrixLibraryTests {
    /// A library that stands before OpenBLAS and behaves as one that is unfit.
    private struct UnfitLibrary {
        private let folder: TemporaryFolder
        private let library: String

        init() throws {
            folder = try TemporaryFolder("unfit-blas")
            library = folder.file("unfit_blas.so").path
            let source = RealInput.root.appending(path: "Tests/EndToEndTests/unfit_blas.c").path
            let compiler = Process()
            compiler.executableURL = URL(filePath: "/usr/bin/env")
            compiler.arguments = ["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
            try compiler.run()
            compiler.waitUntilExit()
            try #require(compiler.terminationStatus == 0, "cc cannot compile \(source)")
        }

        func environment(_ kind: String) -> [String: String] {
            ["LD_PRELOAD": library, "UNFIT": kind, "OMP_NUM_THREADS": "4"]
        }
    }

    @Test(arguments: [
        ("arithmetic", "multiplies wrongly on this processor"),
        ("concurrent", "wrong numbers when it is called from several threads"),
    ])
    func wrongNumbersAreRefused(kind: String, reason: String) async throws {
        let unfit = try UnfitLibrary()
        defer { withExtendedLifetime(unfit) {} }
        let job = try TinyJob()
        let cache = job.folder.file("cache").path
        let worker = try await GraftProcess(
            ["worker", "--coordinator", "tcp://127.0.0.1:9", "--cache", cache],
            environment: unfit.environment(kind)
        ).wait(timeout: .seconds(60))
        #expect(worker.exitCode == 2)
        #expect(worker.errors.contains(reason) && worker.errors.contains("libopenblas0-pthread"))

        let run = try await GraftProcess(
            ["run", try job.write(), "--output", job.folder.file("model").path, "--cache", cache],
            environment: unfit.environment(kind)
        ).wait(timeout: .seconds(60))
        #expect(run.exitCode == 1)
        #expect(run.errors.contains(reason), "\(run.errors)")
    }

    /// `graft run` starts its workers with one thread, and `graft worker` starts itself anew.
    @Test func openMPIsHeldToOneThread() async throws {
        let unfit = try UnfitLibrary()
        // The file is there while processes may start.
        defer { withExtendedLifetime(unfit) {} }
        let environment = unfit.environment("openmp")
        let job = try TinyJob()
        let file = try job.write()
        let run = try await GraftProcess(
            [
                "run", file, "--output", job.folder.file("model").path, "--cache",
                job.folder.file("cache").path,
            ], environment: environment
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")

        let cluster = try Cluster()
        let coordinator = try await cluster.startCoordinator()
        let worker = try cluster.startWorker("only", environment: environment)
        #expect(try await cluster.run(["submit", file, "--wait"]).exitCode == 0)
        #expect(try await cluster.list(["workers"]).compactMap { $0["name"] as? String } == ["only"])
        #expect(worker.errors.contains("OMP_NUM_THREADS=1"), "\(worker.errors)")
        #expect(worker.errors.contains("on one thread; tried in"), "\(worker.errors)")
        await worker.stop()
        await coordinator.stop()
    }
}
