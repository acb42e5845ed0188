import CTensorKernels
import Foundation
import Testing

/// The C kernels' elementary functions against the C library's in double precision.
@Suite struct VectorMathTests {
    typealias Kernel = (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void

    private func values(_ x: [Float], _ kernel: Kernel) -> [Float] {
        var result = [Float](repeating: 0, count: x.count)
        kernel(x, &result, x.count)
        return result
    }

    private func grid(_ low: Double, _ high: Double, count: Int = 200_003) -> [Float] {
        (0..<count).map { Float(low + (high - low) * Double($0) / Double(count - 1)) }
    }

    private func largestRelativeError(_ x: [Float], _ kernel: Kernel, _ reference: (Double) -> Double)
        -> Double
    {
        var largest = 0.0
        for (argument, value) in zip(x, values(x, kernel)) {
            let expected = reference(Double(argument))
            let error = abs(Double(value) - expected) / max(abs(expected), 1e-37)
            largest = max(largest, error)
        }
        return largest
    }

    @Test func exponentialIsAccurate() {
        #expect(largestRelativeError(grid(-87.3, 88.7), graft_exp, exp) < 2e-7)
        #expect(largestRelativeError(grid(-1, 1), graft_exp, exp) < 2e-7)
    }

    @Test func exponentialAtItsEnds() {
        let x: [Float] = [-.infinity, -200, -88, 0, 89, .infinity, .nan]
        let y = values(x, graft_exp)
        #expect(y[0...3] == [0, 0, 0, 1])
        #expect(y[4...5] == [.infinity, .infinity])
        #expect(y[6].isNaN)
    }

    @Test func logarithmIsAccurate() {
        #expect(largestRelativeError(grid(1.0001, 1e6), graft_log, log) < 2e-7)
        #expect(largestRelativeError(grid(1e-6, 0.9999), graft_log, log) < 2e-7)
        #expect(values([1], graft_log) == [0])
    }

    @Test func errorFunctionIsAccurate() {
        #expect(largestRelativeError(grid(-6, 6), graft_erf, erf) < 2e-7)
        #expect(values([-.infinity, 0, 10], graft_erf) == [-1, 0, 1])
    }

    @Test func hyperbolicTangentIsAccurate() {
        #expect(largestRelativeError(grid(-12, 12), graft_tanh, tanh) < 2e-7)
        #expect(values([-.infinity, 0, 50], graft_tanh) == [-1, 0, 1])
    }

    /// Relative to max(|x|, 1): the error function's own rounding is absolute for negative x.
    @Test func geluIsAccurate() {
        for (x, y) in zip(grid(-10, 10), values(grid(-10, 10), graft_gelu)) {
            let expected = Double(x) * 0.5 * erfc(-Double(x) / 2.0.squareRoot())
            #expect(abs(Double(y) - expected) <= 2e-7 * max(1, abs(Double(x))))
        }
    }
}
