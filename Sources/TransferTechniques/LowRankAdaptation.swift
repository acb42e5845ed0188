import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TrainingJobs

/// Fine-tuning by low-rank adapters (LoRA, Hu et al. 2021, arXiv:2106.09685): the backbone stays as it is, and its
/// linear maps of certain names carry adapters that are trained.
enum LowRankAdaptation {
    /// Freezes all weights of the backbone and gives an adapter to every map that `targets` names, from a cut on.
    ///
    /// - Parameters:
    ///   - targets: last parts of the maps' paths, "query" or "attention.self.query".
    ///   - cut: layers below it carry none.
    ///   - seed: decides the adapters' start.
    /// - Throws: `TechniqueError` `.unsupported` where a target names no map there.
    static func attach(
        _ specification: LowRankSpecification, to backbone: any TransformerBackbone, aboveCut cut: Int,
        seed: UInt64
    ) throws {
        backbone.setTrainable(false)
        let below = Set(backbone.parameters(belowCut: cut).map(\.name))
        let candidates = backbone.projections.filter { !below.contains($0.weight.name) }
        let key = RandomKey(seed: seed).derived("adapters")
        for target in specification.targets {
            let found = candidates.filter { $0.path == target || $0.path.hasSuffix("." + target) }
            guard !found.isEmpty else { throw unknown(target, among: candidates.map(\.path)) }
            for projection in found where projection.adapter == nil {
                let adapter = LowRankAdapter(
                    projection.path, inputs: projection.inputCount, outputs: projection.outputCount,
                    rank: specification.rank, alpha: specification.alpha, dropout: specification.dropout)
                adapter.initialize(key: key)
                projection.adapter = adapter
            }
        }
    }

    private static func unknown(_ target: String, among paths: [String]) -> TechniqueError {
        let last = Set(paths.compactMap { $0.split(separator: ".").last.map(String.init) }).sorted()
        let known =
            last.isEmpty
            ? "no layer above frozen_layers is left to carry an adapter"
            : "there are \(last.joined(separator: ", "))"
        return TechniqueError(
            .unsupported, "technique.lora.targets: no linear map is called \"\(target)\"; \(known)",
            context: target)
    }
}
