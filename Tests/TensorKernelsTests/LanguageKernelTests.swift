import CTensorKernels
import Foundation
import Testing

@testable import TensorKernels

@Suite struct LanguageKernelTests {
    private func random(_ shape: [Int], key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 1, key: key)
        return tensor
    }

    private func digest(_ tensors: [Tensor]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for tensor in tensors {
            for byte in tensor.littleEndianBytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        return hash
    }

    private func causalSoftmax(_ x: Tensor, blocks: Int, length: Int) -> Tensor {
        let result = Tensor(uninitialized: x.shape)
        withPointers(x, result) { graft_causal_softmax($0, $1, blocks, length) }
        return result
    }

    @Test func geluByTanhFollowsItsFormula() {
        let x = Tensor((-400...400).map { Float($0) / 50 }, shape: [801])
        let y = Tensor(uninitialized: x.shape)
        x.activate(.geluTanh, into: y)
        for (x, y) in zip(x.scalars, y.scalars) {
            let wide = Double(x)
            let inner = (2 / Double.pi).squareRoot() * (wide + 0.044715 * wide * wide * wide)
            #expect(abs(Double(y) - 0.5 * wide * (1 + tanh(inner))) < 1e-6 * max(1, abs(wide)), "\(x)")
        }
    }

    @Test(arguments: [1, 2, 15, 16, 17, 33]) func causalSoftmaxIsThatOfEachRowsBeginning(length: Int) {
        let x = random([3 * length, length], key: 1)
        let result = causalSoftmax(x, blocks: 3, length: length)
        for row in 0..<3 * length {
            let seen = row % length + 1
            let expected = Tensor(Array(x.rows(row..<row + 1).scalars[..<seen]), shape: [1, seen]).softmax()
            let got = result.rows(row..<row + 1).scalars
            #expect(Array(got[..<seen]) == expected.scalars && got[seen...].allSatisfy { $0 == 0 })
        }
    }

    /// As recorded once: the same on every instruction set, compiler and machine.
    @Test func bits() {
        let x = random([37, 27], key: 1)
        let y = Tensor(uninitialized: x.shape)
        x.activate(.geluTanh, into: y)
        let gradient = Tensor(uninitialized: x.shape)
        x.activationGradient(.geluTanh, kept: x, into: gradient)
        #expect(digest([y, gradient]) == 16_558_447_104_277_696_201)
        #expect(
            digest([causalSoftmax(random([38, 19], key: 2), blocks: 2, length: 19)])
                == 17_874_899_437_890_826_323)
    }

    /// On SkylakeX, products that overwrite go other ways for some sizes.
    @Test(arguments: [(32, 96), (384, 1152), (768, 768), (17, 5)])
    func inputMajorRowsAreIndependent(inputs: Int, outputs: Int) {
        let weight = random([inputs, outputs], key: 1)
        let bias = random([outputs], key: 2)
        let x = random([480, inputs], key: 3)
        let all = inputMajorProduct(x, weight, bias: bias)
        // Multiples of 12, the tile of the Haswell kernels, which keep rows apart only at its borders.
        for count in [12, 24, 48, 96, 192, 384] {
            for start in [0, 12, 480 - count] {
                let rows = start..<start + count
                let part = inputMajorProduct(x.rows(rows), weight, bias: bias)
                #expect(part.isIdentical(to: all.rows(rows)), "\(rows)")
            }
        }
        let reference = matrixProduct(x, weight)
        reference.addRowInPlace(bias)
        for (a, b) in zip(reference.scalars, all.scalars) { #expect(abs(a - b) < 1e-3) }
    }
}
