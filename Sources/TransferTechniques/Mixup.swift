import DifferentiableTensors
import Foundation
import TensorKernels
import TrainingJobs

/// Mixes each sample with another one of its micro-batch, and their labels in the same proportion (Zhang et al.
/// 2017, arXiv:1710.09412). Where a frozen part is cached, its features are mixed instead (Verma et al. 2018,
/// arXiv:1806.05236): the frozen part still runs once.
struct Mixup {
    /// The proportion is drawn from Beta(alpha, alpha), once a micro-batch.
    let alpha: Double

    struct Mixed {
        let input: Tensor
        /// [samples, classes].
        let distributions: Tensor
    }

    /// - Parameters:
    ///   - input: [samples] and any shape of a sample.
    ///   - key: what is drawn follows from it alone.
    func mix(_ input: Tensor, labels: [Int], classCount: Int, key: RandomKey) -> Mixed {
        let share = share(key)
        let partners = EpochShuffle.order(count: labels.count, seed: key.bits, epoch: 0, lane: 0)
        let rows = input.reshaped([labels.count, input.count / max(1, labels.count)])
        let mixed = rows.scaled(by: share)
        mixed.addInPlace(rows.gatherRows(partners).scaled(by: 1 - share))
        let distributions = Tensor.zeros([labels.count, classCount])
        for (sample, partner) in partners.enumerated() {
            distributions[sample * classCount + labels[sample]] += share
            distributions[sample * classCount + labels[partner]] += 1 - share
        }
        return Mixed(input: mixed.reshaped(input.shape), distributions: distributions)
    }

    /// A sample's own share: x / (x + y) of two gamma variables of shape alpha, by Marsaglia and Tsang's method (2000).
    ///
    /// In steps of 1/4096, so that mathematical libraries that differ in a last bit give the same share.
    func share(_ key: RandomKey) -> Float {
        var generator = SplitMix64(keys: [key.bits, 0x6D69_7875_70])
        let (x, y) = (logarithmOfGamma(&generator), logarithmOfGamma(&generator))
        // In logarithms: for a small alpha both may be below what a Double holds.
        return Float((4096 / (1 + exp(y - x))).rounded() / 4096)
    }

    /// A gamma variable of shape `alpha` is one of shape `alpha` + 1 times u^(1 / alpha).
    private func logarithmOfGamma(_ generator: inout SplitMix64) -> Double {
        let d = alpha + 1 - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let normal = normal(&generator)
            let cube = 1 + c * normal
            guard cube > 0 else { continue }
            let v = cube * cube * cube
            if log(uniform(&generator)) < normal * normal / 2 + d - d * v + d * log(v) {
                return log(d * v) + log(uniform(&generator)) / alpha
            }
        }
    }

    /// By Box and Muller.
    private func normal(_ generator: inout SplitMix64) -> Double {
        (-2 * log(uniform(&generator))).squareRoot() * cos(2 * Double.pi * uniform(&generator))
    }

    /// Between 0 and 1, neither of them.
    private func uniform(_ generator: inout SplitMix64) -> Double {
        (Double(generator.next() >> 11) + 0.5) * 0x1p-53
    }
}
