import CTensorKernels
import Testing

@testable import TensorKernels

/// The kernels' bits, as recorded once: the same on every instruction set, compiler and machine.
@Suite struct KernelBitsTests {
    private func digest(_ tensors: [Tensor]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for tensor in tensors {
            for byte in tensor.littleEndianBytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        return hash
    }

    private func random(_ shape: [Int], key: UInt64) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fillNormal(standardDeviation: 1, key: key)
        return tensor
    }

    @Test func randomNumbers() {
        let uniform = Tensor(uninitialized: [1001])
        uniform.fillUniform(-1, 2, key: 5)
        #expect(digest([uniform]) == 9_878_110_619_942_727_341)
        #expect(digest([random([1001], key: 6)]) == 8_465_572_600_957_263_002)
        let dropped = uniform.droppedOut(DropoutMask(probability: 0.3, key: 7))
        #expect(digest([dropped]) == 13_633_662_664_341_408_522)
    }

    @Test func activations() {
        let x = random([37, 27], key: 1)
        let digests: [(Activation, UInt64)] = [
            (.gelu, 886_652_083_956_493_690), (.tanh, 18_011_529_566_491_128_736),
            (.relu, 5_410_208_132_608_894_789),
        ]
        for (activation, expected) in digests {
            let y = Tensor(uninitialized: x.shape)
            x.activate(activation, into: y)
            let gradient = Tensor(uninitialized: x.shape)
            x.activationGradient(activation, kept: activation == .tanh ? y : x, into: gradient)
            #expect(digest([y, gradient]) == expected, "\(activation)")
        }
    }

    @Test func rowWiseKernels() {
        let x = random([19, 45], key: 2)
        let upstream = random([19, 45], key: 3)
        let probabilities = x.softmax()
        let gradient = upstream.softmaxGradient(probabilities)
        #expect(digest([probabilities, gradient]) == 4_570_160_356_538_811_532)
        let forward = x.layerNormalized(residual: upstream, epsilon: 1e-5, keepsStatistics: true)
        #expect(digest([forward.result]) == 16_197_177_390_302_862_092)
        let entropy = x.crossEntropy(labels: Array(0..<19))
        #expect(digest([entropy.losses, entropy.probabilities]) == 10_613_238_619_436_046_734)
    }

    @Test func updates() {
        let tensors = (10..<14).map { random([333], key: $0) }
        let second = tensors[3].multiplied(by: tensors[3])
        AdamWStep(
            gradientScale: 0.5, decayFactor: 0.99, beta1: 0.9, beta2: 0.999, stepSize: 0.01,
            secondMomentFactor: 3, epsilon: 1e-8
        ).apply(to: tensors[0], gradient: tensors[1], firstMoment: tensors[2], secondMoment: second)
        #expect(digest([tensors[0], tensors[2], second]) == 11_996_519_653_946_820_245)
    }

    /// One digest a revision: results that change want a new revision, or caches would mix old features with new.
    private static let revisions: [Int: UInt64] = [
        1: 4_362_789_367_965_461_865, 2: 9_497_074_884_210_020_298,
        // Since 3 weights' gradients are computed in tiles: products, which are BLAS's and not in the digest.
        3: 9_497_074_884_210_020_298,
        // Since 4 a step whose sums are coarse, as most first ones, is run again at a finer scale.
        4: 9_497_074_884_210_020_298,
    ]

    @Test func bitsOfThisRevisionAreThoseRecorded() throws {
        let found = digest(try everyKernel())
        #expect(
            found == Self.revisions[KernelRevision.current],
            "the kernels' bits changed: raise KernelRevision.current and record the digest for it")
    }

    /// What the kernels make of random numbers, those first that features are made with.
    private func everyKernel() throws -> [Tensor] {
        let (x, y) = (random([19, 48], key: 21), random([19, 48], key: 22))
        let (row, narrow) = (random([48], key: 23), random([7, 48], key: 24))
        var results = [x, x.adding(y), x.multiplied(by: y), x.scaled(by: 0.3), x.softmax(), x.sum()]
        results.append(matrixProduct(x, narrow, transposeB: true))
        for activation in [Activation.gelu, .tanh, .relu] {
            let argument = x.copy()
            results.append(argument.addRowAndActivate(row, activation, keepsArgument: true).result)
        }
        results.append(x.layerNormalized(residual: y, scale: row, shift: row, epsilon: 1e-12).result)
        results.append(x.segmentMeans(lengths: [1, 5, 13]))
        results.append(x.gatherRows([3, 0, 18]))
        let sums = Tensor(uninitialized: [48])
        x.columnSums(into: sums)
        results.append(sums)
        let entropy = x.crossEntropy(labels: Array(0..<19))
        results += [entropy.losses, entropy.probabilities]
        let accumulator = FixedPointAccumulator(segmentCounts: [x.count])
        accumulator.add(x, segment: 0)
        try accumulator.finish(0..<x.count)
        results.append(accumulator.result(segment: 0, shape: x.shape).copy())
        for type in [StoredFloatType.float16, .bfloat16] {
            let bytes = (0..<2 * x.count).map { UInt8(truncatingIfNeeded: $0 &* 37 % 251) }
            results.append(try Tensor(littleEndianBytes: bytes, as: type, shape: x.shape))
        }
        return results + winogradWeightGradient()
    }

    /// Both transforms, without the products between them, which are BLAS's.
    private func winogradWeightGradient() -> [Tensor] {
        let (side, channels, tiles) = (7, 19, 4)
        let shape = ConvolutionShape(
            inputs: channels, outputs: channels, kernelHeight: 3, kernelWidth: 3, padding: 1)
        let planes = Tensor(uninitialized: [36, tiles, channels])
        withPointers(random([side, side, channels], key: 25), planes) { upstream, planes in
            var windows = shape.windows(height: side, width: side)
            graft_winograd_upstream(upstream, &windows, channels, 0, tiles, planes, tiles * channels)
        }
        let gradient = Tensor.zeros([channels, 9 * tiles])
        withPointers(planes, gradient) { graft_winograd_weight_gradient($0, $1, channels, tiles) }
        return [planes, gradient]
    }

    @Test func reductions() {
        let x = random([1013], key: 4)
        let sums = Tensor([x.sum().scalar, Float(x.sumOfSquares()), x.maximumMagnitude()], shape: [3])
        #expect(digest([sums]) == 10_980_789_150_340_510_435)
    }
}
