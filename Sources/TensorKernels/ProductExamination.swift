import Foundation
import Synchronization

/// Calls the BLAS library's matrix products and compares them with sums in double precision; then calls them from
/// several threads at once and compares every result, bit by bit, with what one thread alone had computed.
///
/// Some builds of OpenBLAS have given wrong numbers when called concurrently, without an error (OpenBLAS#1755,
/// #2126): two calls took the same work space. It shows only now and then, so all threads begin together. Others had
/// kernels that were wrong on some processors.
public struct ProductExamination: Sendable {
    /// What became of the calls.
    public enum Outcome: Sendable, Equatable {
        case agree
        /// Numbers of one thread's products beyond what rounding explains, of so many.
        case wrong(Int, of: Int)
        /// Results with other bits than one thread's, of so many.
        case differ(Int, of: Int)
        /// Calls were still under way at the deadline.
        case unfinished
    }

    /// op(a) · op(b): [m, k] by [k, n], row by row.
    public struct Shape: Sendable, Hashable {
        public let m: Int
        public let n: Int
        public let k: Int
        public let transposeA: Bool
        public let transposeB: Bool

        public init(m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false) {
            self.m = m
            self.n = n
            self.k = k
            self.transposeA = transposeA
            self.transposeB = transposeB
        }
    }

    /// Takes a and b and gives the product.
    typealias Product = @Sendable (Shape, _ a: [Float], _ b: [Float]) -> [Float]

    public let shapes: [Shape]
    public let threadCount: Int
    public let rounds: Int
    public let deadline: Duration
    let product: Product

    /// What a worker runs when it starts: a linear layer, its input's and its weight's gradient, and a single row,
    /// with which OpenBLAS#1755 showed.
    public static let atStart = ProductExamination(
        shapes: [
            Shape(m: 65, n: 384, k: 200, transposeB: true), Shape(m: 64, n: 200, k: 384),
            Shape(m: 200, n: 130, k: 70, transposeA: true), Shape(m: 1, n: 128, k: 3000, transposeB: true),
        ], threadCount: 4, rounds: 4, deadline: .seconds(20))

    /// - Parameters:
    ///   - shapes: multiplied one after the other in each round, by all threads.
    ///   - deadline: by which all calls must have ended; a thread that is stuck in the library stays there.
    public init(shapes: [Shape], threadCount: Int, rounds: Int, deadline: Duration = .seconds(60)) {
        self.init(
            shapes: shapes, threadCount: threadCount, rounds: rounds, deadline: deadline,
            product: Self.libraryProduct)
    }

    init(shapes: [Shape], threadCount: Int, rounds: Int, deadline: Duration, product: @escaping Product) {
        self.shapes = shapes
        self.threadCount = threadCount
        self.rounds = rounds
        self.deadline = deadline
        self.product = product
    }

    /// Runs all calls; blocks the calling thread until they end, or the deadline.
    public func run() -> Outcome {
        let progress = Progress()
        Thread.detachNewThread { [self] in
            let exercises = makeExercises()
            guard progress.prepared(wrongNumbers: exercises.reduce(0) { $0 + $1.wrongCount }) else { return }
            for _ in 0..<threadCount {
                Thread.detachNewThread {
                    progress.arriveAndWait(for: threadCount)
                    for _ in 0..<rounds {
                        for exercise in exercises { progress.count(differs: !agrees(exercise)) }
                    }
                }
            }
        }
        let callCount = threadCount * rounds * shapes.count
        switch progress.wait(forCalls: callCount, deadline: deadline) {
        case nil: return .unfinished
        case let end? where end.wrongNumbers > 0:
            return .wrong(end.wrongNumbers, of: shapes.reduce(0) { $0 + $1.m * $1.n })
        case let end?: return end.differing == 0 ? .agree : .differ(end.differing, of: callCount)
        }
    }

    private struct Exercise: Sendable {
        let shape: Shape
        let a: [Float]
        let b: [Float]
        let expected: [Float]
        let wrongCount: Int
    }

    private func makeExercises() -> [Exercise] {
        shapes.enumerated().map { index, shape in
            let a = Self.operand(shape.m * shape.k, key: UInt64(2 * index + 1))
            let b = Self.operand(shape.k * shape.n, key: UInt64(2 * index + 2))
            let expected = product(shape, a, b)
            return Exercise(
                shape: shape, a: a, b: b, expected: expected,
                wrongCount: shape.countWrong(in: expected, a: a, b: b))
        }
    }

    /// Bits, not values: -0 is not 0, and a NaN is itself.
    private func agrees(_ exercise: Exercise) -> Bool {
        let result = product(exercise.shape, exercise.a, exercise.b)
        return result.count == exercise.expected.count
            && zip(result, exercise.expected).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    private static func operand(_ count: Int, key: UInt64) -> [Float] {
        let tensor = Tensor(uninitialized: [count])
        tensor.fillUniform(-1, 1, key: key)
        return tensor.scalars
    }

    static let libraryProduct: Product = { shape, a, b in
        [Float](unsafeUninitializedCapacity: shape.m * shape.n) { out, count in
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    guard let a = a.baseAddress, let b = b.baseAddress, let out = out.baseAddress else {
                        return
                    }
                    sgemm(
                        shape.transposeA, shape.transposeB, shape.m, shape.n, shape.k, 1, a,
                        shape.transposeA ? shape.m : shape.k, b, shape.transposeB ? shape.k : shape.n, 0, out,
                        shape.n)
                    count = shape.m * shape.n
                }
            }
        }
    }
}

extension ProductExamination.Shape {
    /// Elements of `product` whose error is beyond the bound that holds for Float32 sums in whatever order, with or
    /// without fused multiply-add: k·u / (1 − k·u) of the sum of magnitudes, u = 2^-24.
    ///
    /// N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1.
    func countWrong(in product: [Float], a: [Float], b: [Float]) -> Int {
        guard product.count == m * n else { return m * n }
        let rounding = Double(k) * 0x1p-24
        let bound = rounding / (1 - rounding)
        var (sums, magnitudes) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
        var wrongCount = 0
        for row in 0..<m {
            for column in 0..<n { (sums[column], magnitudes[column]) = (0, 0) }
            for inner in 0..<k {
                let left = Double(a[transposeA ? inner * m + row : row * k + inner])
                for column in 0..<n {
                    let addend = left * Double(b[transposeB ? column * k + inner : inner * n + column])
                    sums[column] += addend
                    magnitudes[column] += abs(addend)
                }
            }
            for column in 0..<n {
                let error = abs(Double(product[row * n + column]) - sums[column])
                // Written so that a NaN is wrong, too.
                if !(error <= bound * magnitudes[column]) { wrongCount += 1 }
            }
        }
        return wrongCount
    }
}

/// Counts threads that are ready and calls that have ended.
private final class Progress: Sendable {
    struct Counts {
        var arrived = 0
        var calls = 0
        var differing = 0
        var wrongNumbers = 0
    }

    private let counts = Mutex(Counts())

    /// False where nothing else is to be tried.
    func prepared(wrongNumbers: Int) -> Bool {
        counts.withLock { $0.wrongNumbers = wrongNumbers }
        return wrongNumbers == 0
    }

    /// Spins, so that the threads' first calls, which allocate work space, begin at the same moment; a thread that
    /// is not even scheduled within a second is not waited for.
    func arriveAndWait(for threadCount: Int) {
        counts.withLock { $0.arrived += 1 }
        let latest = ContinuousClock.now + .seconds(1)
        while counts.withLock({ $0.arrived }) < threadCount, ContinuousClock.now < latest { sched_yield() }
    }

    func count(differs: Bool) {
        counts.withLock {
            $0.calls += 1
            if differs { $0.differing += 1 }
        }
    }

    /// `nil` at the deadline.
    func wait(forCalls callCount: Int, deadline: Duration) -> Counts? {
        let latest = ContinuousClock.now + deadline
        while true {
            let counts = counts.withLock { $0 }
            if counts.calls >= callCount || counts.wrongNumbers > 0 { return counts }
            guard ContinuousClock.now < latest else { return nil }
            usleep(500)
        }
    }
}
