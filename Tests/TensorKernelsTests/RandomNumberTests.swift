import Testing

@testable import TensorKernels

@Suite struct RandomNumberTests {
    @Test func normalNumbersHaveTheirMoments() {
        let x = Tensor(uninitialized: [200_000])
        x.fillNormal(standardDeviation: 0.02, key: 11)
        let values = x.scalars.map { Double($0) / 0.02 }
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + $1 * $1 } / n
        let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
        #expect(abs(mean) < 0.01)
        #expect(abs(variance - 1) < 0.02)
        #expect(abs(fourth - 3) < 0.1)
        // Beyond 1.96: one in twenty.
        #expect(abs(Double(values.filter { abs($0) > 1.96 }.count) / n - 0.05) < 0.003)
    }

    @Test func uniformNumbersFillTheirRange() {
        let x = Tensor(uninitialized: [100_000])
        x.fillUniform(-3, 5, key: 12)
        let values = x.scalars
        #expect(values.allSatisfy { $0 >= -3 && $0 <= 5 })
        for eighth in 0..<8 {
            let count = values.filter { $0 >= Float(eighth - 3) && $0 < Float(eighth - 2) }.count
            #expect(abs(count - 12_500) < 500)
        }
    }

    @Test(arguments: [Float(0.1), 0.5, 0.9]) func dropoutDropsItsShare(_ probability: Float) {
        let x = Tensor.filled(1, shape: [100_000])
        let y = x.droppedOut(DropoutMask(probability: probability, key: 3)).scalars
        let dropped = y.filter { $0 == 0 }.count
        #expect(abs(Float(dropped) / 100_000 - probability) < 0.006)
        #expect(y.allSatisfy { $0 == 0 || $0 == 1 / (1 - probability) })
        // Neighbours are independent.
        let pairs = zip(y, y.dropFirst()).filter { $0 == 0 && $1 == 0 }.count
        #expect(abs(Float(pairs) / 100_000 - probability * probability) < 0.01)
    }

    @Test func dropoutOfAnElementDependsOnItsIndexAlone() {
        let mask = DropoutMask(probability: 0.4, key: 99)
        let x = Tensor.filled(1, shape: [1000])
        let all = x.droppedOut(mask)
        for (start, end) in [(0, 10), (333, 334), (500, 1000)] {
            let part = Tensor(uninitialized: [end - start])
            x.rows(start..<end).dropOut(mask, firstIndex: start, into: part)
            #expect(part.isIdentical(to: all.rows(start..<end)))
        }
        #expect(!x.droppedOut(DropoutMask(probability: 0.4, key: 98)).isIdentical(to: all))
    }

    @Test func dropoutGoesOnBeyondFourThousandMillionElements() {
        let mask = DropoutMask(probability: 0.5, key: 1)
        let x = Tensor.filled(1, shape: [64])
        let across = Tensor(uninitialized: [64])
        x.dropOut(mask, firstIndex: (1 << 32) - 32, into: across)
        let beyond = Tensor(uninitialized: [32])
        x.rows(0..<32).dropOut(mask, firstIndex: 1 << 32, into: beyond)
        let beginning = x.rows(0..<32).droppedOut(mask)
        #expect(across.rows(32..<64).isIdentical(to: beyond))
        #expect(!beyond.isIdentical(to: beginning))
    }
}
