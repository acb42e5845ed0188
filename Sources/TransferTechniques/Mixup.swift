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

    /// A sample's own share, by Jöhnk's method: u^(1/α) / (u^(1/α) + v^(1/α)) where the sum is at most 1.
    ///
    /// In steps of 1/4096, so that mathematical libraries that differ in a last bit give the same share.
    func share(_ key: RandomKey) -> Float {
        var generator = SplitMix64(keys: [key.bits, 0x6D69_7875_70])
        func uniform() -> Double { (Double(generator.next() >> 11) + 0.5) * 0x1p-53 }
        // A large alpha accepts rarely: the logarithms of a gamma variable's parts would be needed, and a share
        // so near to one half needs no more than this.
        for _ in 0..<1_000 {
            let (x, y) = (pow(uniform(), 1 / alpha), pow(uniform(), 1 / alpha))
            if x + y > 0, x + y <= 1 { return Float((x / (x + y) * 4096).rounded() / 4096) }
        }
        return 0.5
    }
}
