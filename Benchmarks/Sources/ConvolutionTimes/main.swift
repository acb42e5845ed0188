// Times Graft's convolutions on one shape, one thread, for convolutions/compare.py:
//
//     ConvolutionTimes IMAGES SIDE INPUTS OUTPUTS KERNEL STRIDE ROUNDS
//
// Prints the median milliseconds of processor time of a forward pass by patches, of one as frozen networks run it,
// of the images' gradient and of the weight's.
import Foundation
import TensorKernels

func milliseconds(rounds: Int, _ work: () -> Void) -> Double {
    work()
    let times = (0..<rounds).map { _ in
        let start = clock()
        work()
        return Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e3
    }
    return times.sorted()[rounds / 2]
}

let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
guard numbers.count == 7, numbers.allSatisfy({ $0 > 0 }) else {
    FileHandle.standardError.write(
        Data("ConvolutionTimes IMAGES SIDE INPUTS OUTPUTS KERNEL STRIDE ROUNDS\n".utf8))
    exit(2)
}
let (images, side, kernel, rounds) = (numbers[0], numbers[1], numbers[4], numbers[6])
let shape = ConvolutionShape(
    inputs: numbers[2], outputs: numbers[3], kernelHeight: kernel, kernelWidth: kernel, stride: numbers[5],
    padding: kernel / 2)
let x = Tensor(uninitialized: [images, side, side, shape.inputs])
x.fillNormal(standardDeviation: 1, key: 1)
let weight = Tensor(uninitialized: shape.weightShape)
weight.fillNormal(standardDeviation: 1, key: 2)
let packed = PackedConvolutionWeight(weight, shape)
let upstream = x.convolved(packed)
let imageGradient = Tensor(uninitialized: x.shape)
let weightGradient = Tensor(uninitialized: weight.shape)

let times = [
    milliseconds(rounds: rounds) { _ = x.convolved(packed, exactly: true) },
    milliseconds(rounds: rounds) { _ = x.convolved(packed) },
    milliseconds(rounds: rounds) {
        upstream.convolutionImageGradient(packed, into: imageGradient, adds: false)
    },
    milliseconds(rounds: rounds) {
        upstream.convolutionWeightGradient(shape, images: x, into: weightGradient, adds: false)
    },
]
print(times.map { String(format: "%.3f", $0) }.joined(separator: " "))
