import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// T5 against transformers; see make_t5_references.py.
@Suite struct T5Tests {
    static let names = ["tiny-t5", "tiny-t5-gated"]

    private struct Reference {
        let tensors: SafetensorsFile
        let sources: [[Int32]]
        let targets: [[Int32]]
        let generated: [[Int32]]

        init(_ name: String) throws {
            let folder = Resources.url(name)
            tensors = try SafetensorsFile(path: folder.appending(path: "reference.safetensors").path)
            let inputs = try JSONValue(parsing: Data(contentsOf: folder.appending(path: "inputs.json")))
            func sequences(_ key: String) throws -> [[Int32]] {
                try #require(inputs[key]?.array).map {
                    ($0.array ?? []).compactMap { $0.integer.map(Int32.init) }
                }
            }
            (sources, targets) = (try sequences("sources"), try sequences("targets"))
            generated = try sequences("generated")
        }
    }

    @Test(arguments: names) func hiddenStatesEqualTheReferenceAtEveryCut(name: String) throws {
        let encoder = try BackboneCatalog.load(folder: Resources.url(name))
        let reference = try Reference(name)
        let batch = TokenBatch(reference.sources)
        #expect(encoder is T5Encoder && encoder.layerCount == 2 && encoder.maximumLength == 64)
        let whole = encoder.frozenForward(batch, belowCut: 2)
        for cut in 0...2 {
            let expected = try reference.tensors.tensor(named: "hidden/\(cut)")
            let hidden = encoder.frozenForward(batch, belowCut: cut)
            #expect(
                largestDifference(hidden, expected) < 1e-4 * max(1, expected.maximumMagnitude()), "\(cut)")
            let rest = encoder.forward(
                Variable(hidden), layers: cut..<2, layout: batch.layout, context: .evaluation)
            #expect(largestDifference(rest.value, whole) < 1e-5)
        }
    }

    /// Logits with teacher forcing, loss, and the gradient of every parameter of both halves.
    @Test(arguments: names) func gradientsEqualTheReference(name: String) throws {
        let model = try T5Model.load(folder: Resources.url(name), dropout: 0)
        let reference = try Reference(name)
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        let logits = model.logits(
            TokenBatch(reference.sources), target: model.shifted(reference.targets), context: context)
        let loss = crossEntropy(logits, labels: reference.targets.joined().map(Int.init))
        loss.backward()

        let expectedLogits = try reference.tensors.tensor(named: "logits")
        #expect(
            largestDifference(logits.value, expectedLogits) < 1e-4 * max(1, expectedLogits.maximumMagnitude())
        )
        let expectedLoss = try reference.tensors.tensor(named: "loss").scalar
        #expect(abs(loss.value.scalar - expectedLoss) < 1e-4 * expectedLoss)
        for parameter in model.parameters {
            let expected = try reference.tensors.tensor(named: "gradient/\(parameter.name)")
            let difference = largestDifference(parameter.gradient, expected)
            let largest = expected.maximumMagnitude()
            #expect(difference < 1e-3 * max(largest, 1e-2), "\(parameter.name): \(difference) of \(largest)")
        }
        #expect(model.parameters.count == reference.tensors.names.filter { $0.hasPrefix("gradient/") }.count)
    }

    @Test(arguments: names) func generatesWhatTheReferenceGenerates(name: String) throws {
        let reference = try Reference(name)
        let model = try T5Model.load(folder: Resources.url(name))
        #expect(model.generate(reference.sources, maximumLength: 8) == reference.generated)
        #expect(
            model.generate([reference.sources[2]], maximumLength: 3) == [
                Array(reference.generated[2].prefix(3))
            ])
        #expect(model.generate(reference.sources, maximumLength: 0) == [[], [], []])
    }

    @Test(arguments: ["encoder", "decoder"]) func distancesShareRowsAsInTheReference(half: String) throws {
        let file = try JSONValue(parsing: Data(contentsOf: Resources.url("t5-buckets.json")))
        let expected = try #require(file[half]?.array).compactMap(\.integer)
        let buckets = T5DistanceBuckets(count: 32, maximumDistance: 128, isBidirectional: half == "encoder")
        #expect(buckets.buckets(length: 201) == expected)
        #expect(buckets.buckets(length: 0) == [0] && buckets.buckets(length: 1) == [0])
    }

    @Test(arguments: names) func featuresOfASampleAreTheSameBitsInAnyBatch(name: String) throws {
        let encoder = try BackboneCatalog.load(folder: Resources.url(name))
        let samples = [1, 2, 3, 5, 7, 11, 13, 15, 40, 2, 14].enumerated().map { index, length in
            (0..<length).map { Int32(2 + ($0 * 7 + index * 31) % 37) }
        }
        let alone = samples.map { encoder.frozenForward(TokenBatch([$0]), belowCut: 2) }
        for order in [Array(samples.indices), samples.indices.reversed(), [3, 0, 9], [7, 8], [10, 2]] {
            let batch = TokenBatch(order.map { samples[$0] })
            let together = encoder.frozenForward(batch, belowCut: 2)
            for (place, index) in order.enumerated() {
                #expect(together.rows(batch.layout.rows(place)).isIdentical(to: alone[index]))
            }
        }
    }

    @Test(arguments: names) func freezingBelowACutLeavesTheRest(name: String) throws {
        let encoder = try BackboneCatalog.load(folder: Resources.url(name))
        var trainable = [encoder.parameters.count]
        for cut in 0...2 {
            encoder.freeze(belowCut: cut)
            trainable.append(encoder.trainableParameters.count)
        }
        #expect(trainable == trainable.sorted(by: >) && Set(trainable).count == 4 && trainable.last == 0)
    }

    @Test func randomWeightsFollowTheSeed() throws {
        func tensors(_ seed: UInt64) throws -> [(name: String, tensor: Tensor)] {
            try BackboneCatalog.random(folder: Resources.url("tiny-t5"), seed: seed).namedTensors()
        }
        for (a, b) in zip(try tensors(3), try tensors(3)) {
            #expect(a.name == b.name && a.tensor.isIdentical(to: b.tensor))
        }
        let changed = zip(try tensors(3), try tensors(4)).filter { !$0.tensor.isIdentical(to: $1.tensor) }
        #expect(changed.count == 1 + 2 * 6 + 1)
    }

    @Test(arguments: names) func inspectionCountsBothHalves(name: String) throws {
        let folder = Resources.url(name)
        let inspection = try BackboneInspection(folder: folder)
        let model = try T5Model.load(folder: folder)
        #expect(inspection.modelType == "t5" && inspection.cutPoints == 0...2)
        #expect(inspection.parameterCount == model.encoder.parameterCount)
        #expect(inspection.decoderParameterCount == model.parameterCount - model.encoder.parameterCount)
        // Four projections 16 x 12, two or three 16 x 24; attention's two products of 12 columns over 5 tokens.
        let wide = name == "tiny-t5" ? 2 : 3
        let layer = 2 * 5 * (4 * 16 * 12 + wide * 16 * 24) + 4 * 5 * 5 * 12
        #expect(inspection.floatingPointOperations(tokens: 5) == 2 * layer)
        try withCopy(name) { folder in
            try TinyBackbone.rewrite(folder) { $0.removeAll { $0.name.hasPrefix("decoder.block.1.layer.2") } }
            let error = try #require(throws: PretrainedBackboneError.self) {
                try BackboneInspection(folder: folder)
            }
            #expect(error.tensors.contains("decoder.block.1.layer.2.layer_norm.weight"))
        }
    }

    @Test(arguments: names) func anEncoderByItselfLoads(name: String) throws {
        let whole = try BackboneCatalog.load(folder: Resources.url(name)).namedTensors()
        try withCopy(name) { folder in
            try TinyBackbone.rewrite(folder) { tensors in
                tensors.removeAll { $0.name.hasPrefix("decoder.") || $0.name == "lm_head.weight" }
            }
            let alone = try BackboneCatalog.load(folder: folder).namedTensors()
            #expect(alone.map(\.name) == whole.map(\.name))
            #expect(try BackboneInspection(folder: folder).decoderParameterCount == 0)
            let error = try #require(throws: PretrainedBackboneError.self) {
                try T5Model.load(folder: folder)
            }
            #expect(error.code == .weightsDisagree)
        }
    }

    private func withCopy(_ name: String, _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { copy in
            for file in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(
                    at: Resources.url(name).appending(path: file), to: copy.appending(path: file))
            }
            try body(copy)
        }
    }

    @Test(arguments: [
        ("tiny-t5", "decoder.block.2.layer.1.EncDecAttention.k.weight"),
        ("tiny-t5", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"),
        ("tiny-t5-gated", "lm_head.weight"),
        ("tiny-t5-gated", "encoder.block.1.layer.1.DenseReluDense.wi_1.weight"),
    ])
    func missingSurplusAndMisshapenTensorsAreNamed(name: String, tensor: String) throws {
        func refused(_ change: (inout [(name: String, tensor: Tensor)]) -> Void) throws -> [String] {
            var tensors: [String] = []
            try withCopy(name) { folder in
                try TinyBackbone.rewrite(folder, change)
                tensors = try #require(throws: PretrainedBackboneError.self) {
                    try T5Model.load(folder: folder)
                }.tensors
            }
            return tensors
        }
        #expect(try refused { $0.removeAll { $0.name == tensor } } == [tensor])
        #expect(
            try refused { $0.append((name: tensor + ".more", tensor: .zeros([2]))) } == [tensor + ".more"])
        #expect(
            try refused { tensors in
                for index in tensors.indices where tensors[index].name == tensor {
                    tensors[index].tensor = .zeros([3])
                }
            } == [tensor])
    }

    @Test(arguments: [
        ("d_kv", JSONValue.integer(0), "d_kv"), ("num_layers", .null, "num_layers"),
        ("num_layers", .integer(3), "encoder.block.2."), ("vocab_size", .integer(41), "shared.weight"),
        ("feed_forward_proj", .string("gated-silu"), "gated-silu"),
        ("relative_attention_num_buckets", .integer(6), "multiple of 4"),
        ("relative_attention_num_buckets", .integer(40), "max_distance"),
        ("relative_attention_max_distance", .integer(3), "relative_attention_max_distance"),
        ("eos_token_id", .integer(40), "eos_token_id"),
        ("layer_norm_epsilon", .integer(1), "layer_norm_epsilon"),
        ("dropout_rate", .string("x"), "dropout_rate"), ("model_type", .string("mt5"), "mt5"),
    ])
    func configurationsThatDisagreeAreRefused(key: String, value: JSONValue, mention: String) throws {
        try withCopy("tiny-t5") { folder in
            try TinyBackbone.configure(folder, key, value)
            let error = try #require(throws: PretrainedBackboneError.self) {
                try BackboneCatalog.load(folder: folder)
            }
            #expect(error.description.contains(mention), "\(error)")
        }
    }
}
