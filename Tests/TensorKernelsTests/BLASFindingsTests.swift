import Foundation
import Synchronization
import Testing

@testable import TensorKernels

/// What a worker refuses to compute with, and the calls by which it finds out.
@Suite struct BLASFindingsTests {
    private func findings(
        _ parallelization: BLASEnvironment.Parallelization = .threads, threads: Int = 1,
        _ products: ProductExamination.Outcome? = .agree
    ) -> BLASFindings {
        BLASFindings(parallelization: parallelization, threadCount: threads, products: products)
    }

    @Test(arguments: [BLASEnvironment.Parallelization.threads, .openMP, .none])
    func oneThreadIsFitAndMoreAreRefused(_ parallelization: BLASEnvironment.Parallelization) throws {
        #expect(findings(parallelization).problem == nil)
        #expect(findings(parallelization, nil).problem == nil)
        let problem = try #require(findings(parallelization, threads: 4).problem)
        let variable = parallelization == .openMP ? "OMP_NUM_THREADS=1" : "OPENBLAS_NUM_THREADS=1"
        #expect(problem.contains("4 threads") && problem.contains(variable))
    }

    @Test func wrongAndEndlessProductsAreRefused() throws {
        #expect(try #require(findings(.threads, .differ(3, of: 48)).problem).contains("3 of 48"))
        #expect(try #require(findings(.none, .unfinished).problem).contains("did not end"))
        let wrong = try #require(findings(.threads, .wrong(7, of: 9)).problem)
        #expect(wrong.contains("7 of 9") && wrong.contains("OPENBLAS_CORETYPE"))
    }

    @Test func thisLibraryIsFit() async {
        let found = await BLASFindings.ofThisProcess()
        #expect(found.threadCount == 1)
        #expect(found.products == .agree)
        #expect(found.problem == nil)
    }

    @Test(arguments: [2, 8, 16]) func concurrentProductsAgree(_ threads: Int) {
        var shapes: [ProductExamination.Shape] = []
        for (m, n, k) in [(1, 64, 64), (7, 2, 33), (65, 129, 257), (200, 384, 96), (33, 1536, 384)] {
            for (transposeA, transposeB) in [(false, false), (false, true), (true, false)] {
                shapes.append(.init(m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB))
            }
        }
        #expect(ProductExamination(shapes: shapes, threadCount: threads, rounds: 6).run() == .agree)
    }

    @Test func oneChangedBitIsFound() {
        let calls = Mutex(0)
        let outcome = check { shape, a, b in
            var product = ProductExamination.libraryProduct(shape, a, b)
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            // The first two are the references.
            if call == 17 { product[5] = product[5].nextUp }
            return product
        }
        #expect(outcome == .differ(1, of: 24))
    }

    @Test(arguments: [(false, false), (false, true), (true, false)])
    func numbersBeyondRoundingAreFound(transposeA: Bool, transposeB: Bool) {
        let shape = ProductExamination.Shape(
            m: 9, n: 7, k: 50, transposeA: transposeA, transposeB: transposeB)
        func outcome(changing change: @escaping @Sendable (inout [Float]) -> Void)
            -> ProductExamination.Outcome
        {
            ProductExamination(shapes: [shape], threadCount: 1, rounds: 1, deadline: .seconds(60)) {
                var product = ProductExamination.libraryProduct($0, $1, $2)
                change(&product)
                return product
            }.run()
        }
        #expect(outcome { _ in } == .agree)
        #expect(outcome { $0[3] += 0.001 } == .wrong(1, of: 63))
        #expect(outcome { $0[3] = .nan } == .wrong(1, of: 63))
        #expect(outcome { $0.swapAt(0, 62) } == .wrong(2, of: 63))
        #expect(outcome { $0.removeLast() } == .wrong(63, of: 63))
    }

    /// The defect that the check is there for: calls that meet spoil each other.
    @Test func callsThatSpoilEachOtherAreFound() {
        let callsUnderWay = Mutex(0)
        let outcome = check { shape, a, b in
            callsUnderWay.withLock { $0 += 1 }
            // Long enough for the others to come in between, on one core too.
            usleep(2_000)
            var product = ProductExamination.libraryProduct(shape, a, b)
            let others = callsUnderWay.withLock { count in
                count -= 1
                return count
            }
            if others > 0 { product[0] += 1 }
            return product
        }
        guard case .differ(let count, of: 24) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(count > 0)
    }

    @Test func callsThatDoNotEndAreGivenUp() {
        let calls = Mutex(0)
        let outcome = check(deadline: .milliseconds(50)) { shape, a, b in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls <= 2
            }
            // The first two are the references.
            if !isFirst { sleep(1) }
            return ProductExamination.libraryProduct(shape, a, b)
        }
        #expect(outcome == .unfinished)
    }

    private func check(
        deadline: Duration = .seconds(60), _ product: @escaping ProductExamination.Product
    ) -> ProductExamination.Outcome {
        let shapes = [
            ProductExamination.Shape(m: 20, n: 16, k: 12), .init(m: 20, n: 16, k: 12, transposeB: true),
        ]
        return ProductExamination(
            shapes: shapes, threadCount: 4, rounds: 3, deadline: deadline, product: product
        ).run()
    }
}
