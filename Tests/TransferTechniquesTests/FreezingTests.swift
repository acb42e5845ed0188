import Testing
import TrainingJobs

@testable import TransferTechniques

@Suite struct FreezingTests {
    /// Paths beside `frozen_layers`, and the layer after which features are kept.
    @Test(
        arguments: [
            (.nothing, ["embeddings"], 0), (.nothing, ["embeddings", "encoder.layer.0"], 1),
            (.nothing, ["*"], 2), (.first(1), ["encoder.layer.1.output"], 1),
            (.first(0), ["encoder.layer.0"], 1), (.first(0), ["encoder.layer.1"], 0),
            (.nothing, ["embeddings.word_embeddings"], nil),
            (.nothing, ["embeddings", "encoder.layer.0.attention"], 0),
        ] as [(FrozenLayers, [String], Int?)])
    func whatLiesBelowTheFirstTrainedParameterIsCached(
        frozenLayers: FrozenLayers, freeze: [String], cut: Int?
    ) {
        let job = TinyJob(.fineTuning, frozenLayers: frozenLayers).technique { $0.freeze = freeze }
        let program = job.program()
        #expect(program.frozenPart?.cut == cut.map { "hidden states after layer \($0)" })
        let grouped = program.layerGroups
        #expect(grouped.count == 4)
        #expect(grouped.flatMap { $0 }.map(\.name) == program.trainableParameters.map(\.name))
    }

    @Test func namedPartsKeepTheirBits() throws {
        let job = TinyJob(.fineTuning, frozenLayers: .nothing, head: .mlp).technique {
            $0.freeze = ["embeddings", "*.LayerNorm", "encoder.layer.1.attention"]
        }
        let cluster = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let program = try #require(cluster.sessions[0].program as? FineTuning)
        let before = program.encoder.parameters.map(\.value.littleEndianBytes)
        try cluster.run()
        for (parameter, bytes) in zip(program.encoder.parameters, before) {
            let isNamed =
                parameter.name.hasPrefix("embeddings") || parameter.name.contains("LayerNorm")
                || parameter.name.hasPrefix("encoder.layer.1.attention")
            #expect((parameter.value.littleEndianBytes == bytes) == isNamed, "\(parameter.name)")
        }
    }

    /// With hardly any rate left below it, only the top moves much.
    @Test func lowerLayersLearnLess() throws {
        let job = TinyJob(.fineTuning, frozenLayers: 0, optimizer: .init(kind: .sgd, learningRate: 0.1))
        let decaying = try TinyCluster(job.training { $0.layerDecay = 0.1 }, lanes: [[0, 1, 2, 3]])
        let even = try TinyCluster(job, lanes: [[0, 1, 2, 3]])
        let start = job.program().trainableParameters
        try decaying.run(to: 1)
        try even.run(to: 1)
        for (index, parameter) in start.enumerated() {
            let moves = [decaying, even].map {
                let moved = $0.sessions[0].program.trainableParameters[index].value.copy()
                moved.addInPlace(parameter.value.scaled(by: -1))
                return moved.maximumMagnitude()
            }
            let factor: Float =
                parameter.name.hasPrefix("encoder.layer.0")
                ? 1e-2 : parameter.name.hasPrefix("encoder.layer.1") ? 1e-1 : 1
            #expect(abs(moves[0] - factor * moves[1]) <= 1e-3 * factor * moves[1] + 1e-7, "\(parameter.name)")
        }
    }
}
