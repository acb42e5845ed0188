import Foundation
import Testing

@testable import TensorKernels

/// The error of a sum of integers against that of a ring of Float32, both beside the sum in double precision: the
/// largest and the root mean square over a parameter, as decision 0002 claims, where gradients are at their worst.
@Suite struct FixedPointErrorTests {
    enum Distribution: String, CaseIterable, Sendable {
        case normal
        /// Student's t with two degrees of freedom: no variance.
        case heavyTailed
        /// One element in a tile of weights a million times the others.
        case outliers
        /// All below Float32's least normal number.
        case denormal
        /// Denormal numbers, zeros and usual ones side by side.
        case mixed
        case zeros

        func draw(_ count: Int, key: UInt64) -> [Float] {
            let normal = Tensor(uninitialized: [count])
            normal.fillNormal(standardDeviation: 0.01, key: key)
            switch self {
            case .normal: return normal.scalars
            case .heavyTailed:
                let uniform = Tensor(uninitialized: [count])
                uniform.fillUniform(0, 1, key: key &+ 1_000_000)
                return zip(normal.scalars, uniform.scalars).map {
                    $0 / (-log(max($1, .leastNormalMagnitude))).squareRoot()
                }
            case .outliers: return Self.scaled(normal.scalars, by: 1e6) { $0 % (384 * 384) == 7 }
            case .denormal: return normal.scalars.map { $0 * 1e-38 }
            case .mixed:
                let zeroed = Self.scaled(normal.scalars, by: 0) { $0 % 3 == 0 }
                return Self.scaled(zeroed, by: 1e-38) { $0 % 3 == 1 }
            case .zeros: return [Float](repeating: 0, count: count)
            }
        }

        private static func scaled(
            _ numbers: [Float], by factor: Float, where isChosen: (Int) -> Bool
        ) -> [Float] {
            numbers.enumerated().map { isChosen($0) ? $1 * factor : $1 }
        }
    }

    struct Errors {
        var maximum = 0.0
        var rootMeanSquare = 0.0

        init(_ sum: [Float], against exact: [Double]) {
            let errors = zip(sum, exact).map { Double($0) - $1 }
            maximum = errors.reduce(0) { max($0, abs($1)) }
            rootMeanSquare = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        }
    }

    /// Eight tiles of a weight.
    private static let count = 8 * 384 * 384

    /// - Parameter previousScale: how much larger the step was that the scale was chosen by.
    private func errors(
        _ distribution: Distribution, addends count: Int, previousScale: Float = 1
    ) throws -> (integers: Errors, ring: Errors) {
        let accumulator = FixedPointAccumulator(segmentCounts: [Self.count])
        let previous = distribution.draw(Self.count, key: 99).map {
            $0 * previousScale * Float(count).squareRoot()
        }
        accumulator.exponents = [
            FixedPointAccumulator.exponent(
                maximumMagnitude: previous.reduce(0) { max($0, abs($1)) },
                otherwise: FixedPointAccumulator.defaultExponent)
        ]
        let addends = (0..<count).map { distribution.draw(Self.count, key: UInt64($0) + 1) }
        for addend in addends { accumulator.add(Tensor(addend, shape: [Self.count]), segment: 0) }
        #expect(accumulator.saturatedCount == 0 && accumulator.nonFiniteCount == 0)
        try accumulator.finish(0..<Self.count)
        let exact = (0..<Self.count).map { element in addends.reduce(0.0) { $0 + Double($1[element]) } }
        return (
            Errors(accumulator.result(segment: 0, shape: [Self.count]).scalars, against: exact),
            Errors(Self.ringSum(addends), against: exact)
        )
    }

    /// Every segment of a ring begins at another worker.
    private static func ringSum(_ addends: [[Float]]) -> [Float] {
        (0..<count).map { element in
            let first = element * addends.count / count
            return (1..<addends.count).reduce(addends[first][element]) {
                $0 + addends[(first + $1) % addends.count][element]
            }
        }
    }

    @Test(arguments: Distribution.allCases, [4, 8])
    func isNotAboveThatOfARing(_ distribution: Distribution, addends: Int) throws {
        let (integers, ring) = try errors(distribution, addends: addends)
        #expect(integers.maximum <= ring.maximum)
        #expect(integers.rootMeanSquare <= ring.rootMeanSquare)
    }

    /// One addition of Float32 is rounded as well as can be: nothing that ends in Float32 is below it.
    @Test(arguments: Distribution.allCases)
    func isThatOfOneAdditionForTwo(_ distribution: Distribution) throws {
        let (integers, ring) = try errors(distribution, addends: 2)
        #expect(integers.maximum <= ring.maximum * 1.001)
        #expect(integers.rootMeanSquare <= ring.rootMeanSquare * (distribution == .outliers ? 1.25 : 1.001))
    }

    /// From one step to the next gradients may grow or shrink; by more than 2^7 a step is run again.
    @Test(
        arguments: [
            (Distribution.normal, 0x1p-12), (.normal, 0x1p-4), (.normal, 0x1p4), (.normal, 0x1p7),
            (.heavyTailed, 0x1p-10), (.heavyTailed, 0x1p-4), (.heavyTailed, 0x1p2),
        ] as [(Distribution, Float)])
    func holdsWhereTheScaleIsAnEarlierStep(_ distribution: Distribution, previousScale: Float) throws {
        let (integers, ring) = try errors(distribution, addends: 4, previousScale: previousScale)
        #expect(integers.maximum <= ring.maximum)
        #expect(integers.rootMeanSquare <= ring.rootMeanSquare)
    }
}
