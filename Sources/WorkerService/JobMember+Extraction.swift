import FeatureCache
import Foundation
import PretrainedBackbones
import TransferTechniques
import WireProtocol

extension JobMember {
    /// Looks every sample up in the cache and sends what is missing through the frozen part, once.
    ///
    /// The report counts all samples; hits and forwards are counts of different texts, since equal ones are
    /// looked up and computed once.
    func extractFeatures() async throws -> FeaturesExtracted {
        let prepared = try requirePrepared()
        begin("extracting", total: prepared.samples.sampleCount)
        var report = FeaturesExtracted(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID)
        guard let identity = prepared.frozenIdentity, let part = prepared.program.frozenPart else {
            return report
        }

        let start = ContinuousClock.now
        let (keys, inputs) = uniqueSamples(prepared.samples)
        let catalog = try environment.features.catalog(part: identity, width: part.width, keys: keys)
        for damaged in catalog.damagedSegments {
            await environment.coordinator.log(
                .warning, "\(damaged.reason); set aside as \(damaged.path), its features are computed again",
                workerID: environment.workerID, jobID: order.jobID)
        }
        let missing = keys.indices.filter { !catalog.contains(keys[$0]) }
        try extract(
            missing.map { (keys[$0], inputs[$0]) }, with: prepared.program, part: part, into: catalog,
            report: &report)
        prepared.samples.catalog = catalog
        environment.keepFeaturesWithinLimit()

        report.samples = prepared.samples.sampleCount
        report.cacheHits = keys.count - missing.count
        report.bytes = catalog.featureBytes
        report.seconds = start.duration(to: .now).inSeconds
        return report
    }

    /// Equal texts have equal features: each is computed once.
    private func uniqueSamples(_ samples: LaneSamples) -> (keys: [FeatureKey], inputs: [SampleInput]) {
        var seen: Set<FeatureKey> = []
        var keys: [FeatureKey] = []
        var inputs: [SampleInput] = []
        for name in samples.laneNames {
            guard let lane = samples.lanes[name] else { continue }
            for (key, input) in zip(lane.keys, lane.inputs) where seen.insert(key).inserted {
                keys.append(key)
                inputs.append(input)
            }
        }
        return (keys, inputs)
    }

    private func extract(
        _ missing: [(key: FeatureKey, input: SampleInput)], with program: any TrainingProgram,
        part: FrozenPart, into catalog: FeatureCatalog, report: inout FeaturesExtracted
    ) throws {
        let batches = LengthBatches.batches(
            lengths: missing.map(\.input.positions), maximumTokens: part.batchPositions)
        for batch in batches {
            try Task.checkCancellation()
            let features = try program.extractFeatures(batch.map { missing[$0].input })
            for (place, matrix) in zip(batch, features) {
                try catalog.insert(missing[place].key, features: matrix)
            }
            report.backboneForwards += batch.count
            report.paddedTokens += try program.fillerRows(batch.map { missing[$0].input })
            report.tokens += batch.reduce(0) { $0 + missing[$1].input.positions }
            environment.board.advance(to: report.backboneForwards, of: missing.count)
        }
        try catalog.flush()
    }
}

extension Duration {
    /// As a number of seconds, for reports.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
