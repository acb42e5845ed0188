import FeatureCache
import Foundation
import PretrainedBackbones
import TransferTechniques
import WireProtocol

extension JobMember {
    /// Looks every sample up in the cache, fetches what other members have, and sends what nobody has through the
    /// frozen part, once.
    ///
    /// The report counts all samples; hits, fetched features and forwards are counts of different texts, since equal
    /// ones are looked up and computed once.
    func extractFeatures() async throws -> FeaturesExtracted {
        let prepared = try requirePrepared()
        begin("extracting", total: prepared.samples.sampleCount)
        var report = FeaturesExtracted(
            jobID: order.jobID, generation: order.generation, workerID: environment.workerID)
        guard let identity = prepared.frozenIdentity, let part = prepared.program.frozenPart else {
            return report
        }

        let start = ContinuousClock.now
        let views = prepared.samples.distinctViews()
        let catalog = try environment.features.catalog(
            part: identity, width: part.width, keys: views.map(\.key))
        for damaged in catalog.damagedSegments {
            await environment.coordinator.log(
                .warning, "\(damaged.reason); set aside as \(damaged.path), its features are made anew",
                workerID: environment.workerID, jobID: order.jobID)
        }
        let missing = views.filter { !catalog.contains($0.key) }
        // What is there when a generation dies is the next one's.
        do {
            report.fetched = try await fetchFeatures(missing.map(\.key), of: identity, into: catalog)
            let unfetched = missing.filter { !catalog.contains($0.key) }
            try extract(unfetched, of: prepared, part: part, into: catalog, report: &report)
        } catch {
            try? catalog.flush()
            throw error
        }
        if let problem = catalog.storingProblem {
            await environment.coordinator.log(
                .warning, "\(problem.message); until then this job's features are kept in memory",
                workerID: environment.workerID, jobID: order.jobID)
        }
        prepared.samples.catalog = catalog
        environment.keepFeaturesWithinLimit()

        report.samples = prepared.samples.sampleCount
        report.cacheHits = views.count - missing.count
        report.bytes = catalog.featureBytes
        report.seconds = start.duration(to: .now).inSeconds
        return report
    }

    private func extract(
        _ missing: [LaneSamples.View], of prepared: Prepared, part: FrozenPart, into catalog: FeatureCatalog,
        report: inout FeaturesExtracted
    ) throws {
        let (program, encoder) = (prepared.program, prepared.samples.encoder)
        let lengths = missing.map { encoder.positions(of: $0.held) }
        let batches = LengthBatches.batches(lengths: lengths, maximumTokens: part.batchPositions)
        var lastFlush = ContinuousClock.now
        for batch in batches {
            try Task.checkCancellation()
            let inputs = try batch.map { try encoder.input(missing[$0].held, view: missing[$0].number) }
            for (place, matrix) in zip(batch, try program.extractFeatures(inputs)) {
                try catalog.insert(missing[place].key, features: matrix)
            }
            report.backboneForwards += batch.count
            report.paddedTokens += try program.fillerRows(inputs)
            report.tokens += inputs.reduce(0) { $0 + $1.tokenCount }
            environment.board.advance(to: report.backboneForwards, of: missing.count)
            // A worker that is killed leaves what it has published.
            if lastFlush.duration(to: .now) > .seconds(20) {
                try catalog.flush()
                lastFlush = .now
            }
        }
        try catalog.flush()
    }
}

extension Duration {
    /// As a number of seconds, for reports.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
