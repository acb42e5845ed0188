import Testing

@testable import TensorKernels

@Suite struct MatrixProductTests {
    struct Size: CustomStringConvertible {
        let m: Int, n: Int, k: Int
        var description: String { "\(m)x\(n)x\(k)" }
    }

    static let sizes = [
        Size(m: 1, n: 1, k: 1), Size(m: 3, n: 2, k: 5), Size(m: 2, n: 30, k: 17), Size(m: 40, n: 8, k: 33),
        Size(m: 40, n: 9, k: 33), Size(m: 17, n: 50, k: 64), Size(m: 0, n: 3, k: 2), Size(m: 3, n: 0, k: 2),
        Size(m: 3, n: 10, k: 0),
    ]

    private func random(_ shape: [Int], key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillUniform(-1, 1, key: key)
        return tensor
    }

    @Test(arguments: sizes, [(false, false), (false, true), (true, false), (true, true)])
    func agreesWithDoublePrecision(_ size: Size, _ transposes: (Bool, Bool)) {
        let (transposeA, transposeB) = transposes
        let a = random(transposeA ? [size.k, size.m] : [size.m, size.k], key: 1)
        let b = random(transposeB ? [size.n, size.k] : [size.k, size.n], key: 2)
        let product = matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB)
        let sum = Tensor.filled(10, shape: [size.m, size.n])
        matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB, into: sum, adds: true)
        for i in 0..<size.m {
            for j in 0..<size.n {
                var expected = 0.0
                for l in 0..<size.k {
                    let x = transposeA ? a[l * size.m + i] : a[i * size.k + l]
                    let y = transposeB ? b[j * size.k + l] : b[l * size.n + j]
                    expected += Double(x) * Double(y)
                }
                #expect(abs(Double(product[i * size.n + j]) - expected) < 1e-5)
                #expect(abs(Double(sum[i * size.n + j]) - expected - 10) < 1e-5)
            }
        }
    }

    @Test(arguments: [
        (384, 384), (384, 1536), (1536, 384), (768, 768), (384, 2), (384, 20), (128, 512), (32, 9), (384, 32),
        (384, 33), (768, 50), (64, 64), (128, 65), (384, 70), (384, 75), (1536, 100), (384, 127), (384, 129),
    ])
    func rowsAreIndependent(_ size: (k: Int, n: Int)) {
        let weight = Tensor(uninitialized: [size.n, size.k])
        weight.fillUniform(-1, 1, key: 1)
        let x = Tensor(uninitialized: [336, size.k])
        x.fillUniform(-1, 1, key: 2)
        let all = matrixProduct(x, weight, transposeB: true)
        // Our own loop needs no places; some BLAS kernels want those of their tiles, of 48 rows at the most.
        let alignment = size.n <= 32 ? 1 : 48
        for rowCount in [1, 2, 3, 5, 8, 13, 16, 17, 31, 48, 63, 65, 96, 100, 144, 191, 240]
        where rowCount % alignment == 0 {
            for start in [0, 7, 48, 336 - rowCount] where start % alignment == 0 && start + rowCount <= 336 {
                let rows = start..<start + rowCount
                let part = matrixProduct(x.rows(rows), weight, transposeB: true)
                #expect(part.isIdentical(to: all.rows(rows)), "\(rows)")
            }
        }
    }

    @Test func environmentNamesItsKernels() {
        let environment = BLASEnvironment.current
        #expect(environment.threadCount == 1)
        #expect(
            environment.kernelFamily
                == "openblas-\(environment.version)/\(environment.coreName)/graft-\(KernelRevision.current)")
        #expect(environment.version.split(separator: ".").count == 3)
    }
}
