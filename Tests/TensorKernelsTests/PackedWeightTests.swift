import Testing

@testable import TensorKernels

/// Products in reduced precision, on processors that have the instructions.
@Suite struct PackedWeightTests {
    /// Rows, inputs and outputs that fill neither tiles nor words, and those that fill them.
    private static let sizes: [[Int]] = [
        [1, 1, 1], [1, 32, 48], [3, 5, 7], [8, 31, 47], [9, 33, 49], [13, 64, 96], [150, 385, 100],
        [4, 2, 1],
        [300, 17, 50],
    ]
    private static let available = ReducedPrecision.allCases.filter(\.isAvailable)

    private func random(_ shape: [Int], key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 1, key: key)
        return tensor
    }

    private func transposed(_ x: Tensor) -> Tensor {
        let (rows, columns) = (x.shape[0], x.shape[1])
        let scalars = (0..<rows * columns).map { x[$0 % rows * columns + $0 / rows] }
        return Tensor(scalars, shape: [columns, rows])
    }

    /// What double precision makes of rows of `x` and of `weight`, both as `convert` leaves them: the sum of products,
    /// and of their magnitudes.
    private func reference(
        _ x: Tensor, _ weight: Tensor, _ convert: ([Float]) -> [Double]
    ) -> [(sum: Double, magnitude: Double)] {
        let (inputs, outputs) = (weight.shape[1], weight.shape[0])
        func rows(_ tensor: Tensor) -> [[Double]] {
            let scalars = tensor.scalars
            return (0..<tensor.shape[0]).map { convert(Array(scalars[$0 * inputs..<($0 + 1) * inputs])) }
        }
        let (left, right) = (rows(x), rows(weight))
        return (0..<left.count * outputs).map { place in
            let products = zip(left[place / outputs], right[place % outputs]).map { $0 * $1 }
            return (products.reduce(0, +), products.reduce(0) { $0 + abs($1) })
        }
    }

    private func bfloat16(_ row: [Float]) -> [Double] {
        row.map { x in
            let bits = x.bitPattern
            return Double(Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000))
        }
    }

    private func int8(_ row: [Float]) -> [Double] {
        let largest = row.map(abs).max() ?? 0
        let inverse = largest > 0 ? 127 / largest : 0
        return row.map { Double(($0 * inverse).rounded(.toNearestOrEven)) * Double(largest / 127) }
    }

    @Test(
        .enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: available, sizes)
    func productsAreThoseOfTheConvertedNumbers(precision: ReducedPrecision, size: [Int]) {
        let (x, weight) = (random([size[0], size[1]], key: 1), random([size[2], size[1]], key: 2))
        let result = PackedWeight(weight, precision: precision).product(x)
        #expect(result.shape == [size[0], size[2]])
        let expected = reference(x, weight, precision == .int8 ? int8 : bfloat16)
        for (got, (sum, magnitude)) in zip(result.scalars, expected) {
            #expect(abs(Double(got) - sum) <= 1e-6 * magnitude)
        }
        let inputMajor = PackedWeight(transposed(weight), isInputMajor: true, precision: precision)
        #expect(inputMajor.product(x).isIdentical(to: result))
    }

    @Test(.enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: available)
    func aRowsBitsAreTheSameInAnyCompany(precision: ReducedPrecision) {
        let weight = PackedWeight(random([100, 75], key: 3), precision: precision)
        let x = random([300, 75], key: 4)
        let all = weight.product(x)
        for range in [0..<1, 7..<8, 299..<300, 3..<8, 5..<20, 120..<135, 1..<300] {
            #expect(weight.product(x.rows(range)).isIdentical(to: all.rows(range)), "\(range)")
        }
    }

    @Test(.enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: available)
    func emptyProductsAreEmptyOrZero(precision: ReducedPrecision) {
        #expect(PackedWeight(.zeros([5, 3]), precision: precision).product(.zeros([0, 3])).shape == [0, 5])
        #expect(PackedWeight(.zeros([0, 3]), precision: precision).product(.zeros([2, 3])).shape == [2, 0])
        let nothing = PackedWeight(.zeros([5, 0]), precision: precision).product(.zeros([2, 0]))
        #expect(nothing.scalars == [Float](repeating: 0, count: 10))
    }

    /// Zeros and the smallest numbers have no scale; what is not a number stays none, in its row and output alone.
    @Test(.enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"), arguments: available)
    func extremesStayWhereTheyAre(precision: ReducedPrecision) {
        let x = random([6, 20], key: 5)
        let weight = random([4, 20], key: 6)
        x.rows(0..<1).fill(0)
        x.rows(1..<2).fill(.leastNonzeroMagnitude)
        x[2 * 20 + 19] = .nan
        x[3 * 20] = .infinity
        weight[3 * 20 + 7] = .nan
        let result = PackedWeight(weight, precision: precision).product(x)
        for row in 0..<6 {
            for output in 0..<4 {
                let value = result[row * 4 + output]
                #expect(value.isFinite == (output < 3 && row != 2 && row != 3), "\(row) \(output) \(value)")
                if row < 2, output < 3 { #expect(abs(value) < 1e-30) }
            }
        }
    }

    /// As recorded once: the same on every processor that has the instructions.
    @Test(
        .enabled(if: !available.isEmpty, "no AVX512_BF16 nor AVX512_VNNI here"),
        arguments: [
            (ReducedPrecision.bfloat16, UInt64(7_168_578_111_885_441_627)),
            (.int8, 18_061_786_109_524_065_078),
        ])
    func bits(precision: ReducedPrecision, expected: UInt64) {
        guard precision.isAvailable else { return }
        let result = PackedWeight(random([50, 77], key: 7), precision: precision).product(
            random([19, 77], key: 8))
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in result.littleEndianBytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        #expect(hash == expected)
    }
}
