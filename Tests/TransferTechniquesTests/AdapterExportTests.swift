import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import PretrainedBackbones
import TensorKernels
import Testing
import TestingSupport
import Tokenization
import TrainingJobs

@testable import TransferTechniques

/// A model trained by adapters leaves merged and as an adapter, and both compute what it computed.
@Suite struct AdapterExportTests {
    struct Adapted {
        let model: ExportFixture
        let files: [String]
        let logits: [[Float]]

        init(_ family: ExportFixture.Family, head: Int, targets: [String], cut: Int, in folder: URL) throws {
            let (pooling, kind) = family.heads[head]
            model = try ExportFixture(pooling, kind, epsilon: 1e-5, family: family, in: folder)
            try SafetensorsWriter.write(
                model.encoder.namedTensors(), metadata: ["format": "pt"],
                to: model.source.appendingPathComponent("model.safetensors"))
            try LowRankAdaptation.attach(
                LowRankSpecification(rank: 3, alpha: 5, dropout: 0.1, targets: targets), to: model.encoder,
                aboveCut: cut, seed: 5)
            for adapter in model.encoder.projections.compactMap(\.adapter) {
                adapter.up.value.fillNormal(standardDeviation: 0.5, key: 7)
            }
            let program = FineTuning(
                encoder: model.encoder, head: model.head, maximumLength: ExportFixture.maximumLength)
            #expect(program.frozenPart?.cut == "hidden states after layer \(cut)")
            files = try program.export(
                to: model.target, labels: ExportFixture.labels, backboneFolder: model.source)
            let tokenizer = try TokenizerCatalog.load(folder: model.source)
            let batch = TokenBatch(
                ExportFixture.texts.map {
                    tokenizer.encode($0, maximumLength: ExportFixture.maximumLength)
                })
            let hidden = model.encoder.frozenForward(batch, belowCut: 2)
            let result = model.head(Variable(hidden), layout: batch.layout, context: .evaluation).value
            logits = (0..<batch.count).map { result.rows($0..<$0 + 1).scalars }
        }
    }

    static let cases: [(family: ExportFixture.Family, head: Int, targets: [String], cut: Int)] = [
        (.bert, 0, ["query", "value"], 0), (.bert, 3, ["query", "intermediate.dense"], 1),
        (.roberta, 1, ["key", "output.dense"], 0), (.distilbert, 2, ["q_lin", "lin1"], 1),
        (.gpt2, 0, ["c_attn"], 0), (.gpt2, 1, ["c_attn", "c_proj"], 1),
    ]

    @Test(arguments: cases.indices) func theMergedModelComputesTheSame(index: Int) throws {
        let (family, head, targets, cut) = Self.cases[index]
        try withTemporaryFolder { folder in
            let adapted = try Adapted(family, head: head, targets: targets, cut: cut, in: folder)
            #expect(
                adapted.files.suffix(2) == [
                    "adapter/adapter_config.json", "adapter/adapter_model.safetensors",
                ])
            for name in adapted.files {
                let path = adapted.model.target.appendingPathComponent(name).path
                #expect(FileManager.default.fileExists(atPath: path))
            }
            let classifier = try SequenceClassifier.load(folder: adapted.model.target)
            let got = classifier.predict(ExportFixture.texts).map(\.logits)
            #expect(ExportFixture.largestDifference(got, adapted.logits) < 1e-4)
            // The adapters do something.
            #expect(ExportFixture.largestDifference(got, adapted.model.expectedLogits) > 0.01)
        }
    }

    @Test func theAdapterHasPEFTsNames() throws {
        try withTemporaryFolder { folder in
            let adapted = try Adapted(.bert, head: 3, targets: ["query"], cut: 1, in: folder)
            let file = adapted.model.target.appendingPathComponent("adapter/adapter_model.safetensors")
            let tensors = try SafetensorsFile(path: file.path)
            let map = "base_model.model.bert.encoder.layer.1.attention.self.query"
            let heads = ["bert.pooler.dense", "classifier"].flatMap {
                ["base_model.model.\($0).bias", "base_model.model.\($0).weight"]
            }
            #expect(
                Set(tensors.names) == Set(["\(map).lora_A.weight", "\(map).lora_B.weight"] + heads))
            #expect(tensors.description(named: "\(map).lora_A.weight")?.shape == [3, 48])
            #expect(tensors.description(named: "\(map).lora_B.weight")?.shape == [48, 3])
        }
    }

    static let pythonWithPEFT = PythonEnvironment.executable(with: ["torch", "transformers", "peft"])

    @Test(.enabled(if: pythonWithPEFT != nil, "no Python with peft: set GRAFT_PYTHON"))
    func peftComputesTheSame() throws {
        struct Answer: Decodable {
            var logits: [[Float]]
            var merged: [[Float]]
        }
        let python = try #require(Self.pythonWithPEFT)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "peft_logits.py")
        try withTemporaryFolder { folder in
            let models = try Self.cases.enumerated().map { index, each in
                try Adapted(
                    each.family, head: each.head, targets: each.targets, cut: each.cut,
                    in: folder.appendingPathComponent("\(index)"))
            }
            let folders = models.flatMap { [$0.model.source.path, $0.model.target.path] }
            let (status, output) = try PythonEnvironment.run(
                python, [script.path] + folders, input: JSONEncoder().encode(ExportFixture.texts))
            try #require(status == 0)
            let lines = output.split(separator: UInt8(ascii: "\n"))
            try #require(lines.count == models.count)
            for (line, adapted) in zip(lines, models) {
                let answer = try JSONDecoder().decode(Answer.self, from: line)
                // GPT-2 in transformers has no tokens for an empty text.
                let compared = ExportFixture.texts.indices.filter {
                    adapted.model.family != .gpt2 || !ExportFixture.texts[$0].isEmpty
                }
                for logits in [answer.logits, answer.merged] {
                    try #require(logits.count == ExportFixture.texts.count)
                    let difference = ExportFixture.largestDifference(
                        compared.map { logits[$0] }, compared.map { adapted.logits[$0] })
                    #expect(difference < 1e-4, "\(adapted.model.target.path)")
                }
            }
        }
    }

    @Test func aTargetThatNamesNothingIsRefused() throws {
        try withTemporaryFolder { folder in
            let model = try ExportFixture(.mean, .linear, in: folder)
            for (target, cut) in [("q_lin", 0), ("uery", 0), ("query", 2)] {
                let error = #expect(throws: TechniqueError.self) {
                    try LowRankAdaptation.attach(
                        LowRankSpecification(targets: [target]), to: model.encoder, aboveCut: cut, seed: 1)
                }
                #expect(error?.code == .unsupported)
                #expect(error?.message.contains(cut == 2 ? "frozen_layers" : "query, value") == true)
            }
        }
    }
}
