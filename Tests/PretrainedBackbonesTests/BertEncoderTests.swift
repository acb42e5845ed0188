import CheckpointFormats
import DifferentiableTensors
import NeuralLayers
import PretrainedBackbones
import TensorKernels
import Testing

@Suite struct BertEncoderTests {
    @Test func hiddenStatesEqualTheReferenceAtEveryCut() throws {
        let tiny = try TinyBert()
        let encoder = try BertEncoder.load(folder: TinyBert.folder)
        for cut in 0...encoder.layerCount {
            let hidden = encoder.frozenForward(tiny.batch, belowCut: cut)
            #expect(
                largestDifference(hidden, try tiny.reference.tensor(named: "hidden/\(cut)")) < 1e-5, "\(cut)")
        }
    }

    @Test func forwardFromACutEqualsTheWhole() throws {
        let tiny = try TinyBert()
        let encoder = try BertEncoder.load(folder: TinyBert.folder)
        let below = encoder.frozenForward(tiny.batch, belowCut: 1)
        let rest = encoder.forward(
            Variable(below), layers: 1..<2, layout: tiny.batch.layout, context: .evaluation)
        #expect(largestDifference(rest.value, encoder.frozenForward(tiny.batch, belowCut: 2)) < 1e-6)
    }

    /// Loss and gradients of the whole network, its classification head included.
    @Test func gradientsEqualTheReference() throws {
        let tiny = try TinyBert()
        let encoder = try BertEncoder.load(folder: TinyBert.folder, dropout: 0)
        let weights = try SafetensorsFile(
            path: TinyBert.folder.appendingPathComponent("model.safetensors").path)
        func linear(_ name: String, outputs: Int) throws -> Linear {
            let layer = Linear(name, inputs: 32, outputs: outputs)
            for parameter in layer.parameters {
                parameter.value.assign(try weights.tensor(named: parameter.name))
            }
            return layer
        }
        let pooler = try linear("bert.pooler.dense", outputs: 32)
        let classifier = try linear("classifier", outputs: 3)

        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let hidden = encoder.forward(
            encoder.embed(tiny.batch, context: context), layers: 0..<2, layout: tiny.batch.layout,
            context: context)
        let pooled = pooler(hidden.firstOfSequences(tiny.batch.layout), activation: .tanh, context: context)
        let logits = classifier(pooled, context: context)
        let loss = crossEntropy(logits, labels: tiny.labels)
        loss.backward()

        #expect(largestDifference(logits.value, try tiny.reference.tensor(named: "logits")) < 1e-4)
        #expect(largestDifference(loss.value, try tiny.reference.tensor(named: "loss")) < 1e-4)
        var checked = 0
        for (prefix, module) in [("bert.", encoder as any Module), ("", pooler), ("", classifier)] {
            for parameter in module.parameters {
                let expected = try tiny.reference.tensor(named: "gradient/\(prefix)\(parameter.name)")
                let scale = max(1, expected.scalars.map(abs).max() ?? 0)
                let difference = largestDifference(parameter.gradient, expected)
                #expect(difference < 1e-3 * scale, "\(parameter.name): \(difference) of \(scale)")
                checked += 1
            }
        }
        #expect(checked == tiny.reference.names.filter { $0.hasPrefix("gradient/") }.count)
    }

    @Test func freezingBelowACut() throws {
        let encoder = try BertEncoder.load(folder: TinyBert.folder)
        encoder.freeze(belowCut: 1)
        #expect(encoder.trainableParameters.allSatisfy { $0.name.hasPrefix("encoder.layer.1.") })
        #expect(encoder.trainableParameters.count == 16)
        encoder.freeze(belowCut: 2)
        #expect(encoder.trainableParameters.isEmpty)
    }

    @Test func frozenLayersRecordNoGraph() throws {
        let tiny = try TinyBert()
        let encoder = try BertEncoder.load(folder: TinyBert.folder)
        encoder.freeze(belowCut: 2)
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let hidden = encoder.forward(
            encoder.embed(tiny.batch, context: context), layers: 0..<2, layout: tiny.batch.layout,
            context: context)
        #expect(!hidden.requiresGradient)
    }

    @Test func randomWeightsFollowTheSeed() throws {
        let configuration = try BertConfiguration(file: TinyBert.folder.appendingPathComponent("config.json"))
        let first = BertEncoder.random(configuration, seed: 3).namedTensors()
        let again = BertEncoder.random(configuration, seed: 3).namedTensors()
        let other = BertEncoder.random(configuration, seed: 4).namedTensors()
        for (a, b) in zip(first, again) { #expect(a.name == b.name && a.tensor.isIdentical(to: b.tensor)) }
        #expect(zip(first, other).contains { !$0.tensor.isIdentical(to: $1.tensor) })
        let query = try #require(first.first { $0.name == "encoder.layer.0.attention.self.query.weight" })
        let key = try #require(first.first { $0.name == "encoder.layer.0.attention.self.key.weight" })
        #expect(!query.tensor.isIdentical(to: key.tensor))
        let deviation = (query.tensor.scalars.map { $0 * $0 }.reduce(0, +) / Float(query.tensor.count))
            .squareRoot()
        #expect(abs(deviation - configuration.initializerRange) < 0.1 * configuration.initializerRange)
    }
}
