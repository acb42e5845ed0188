import Foundation
import Testing
import TestingSupport

@Suite struct BackboneCommandTests {
    static let resources = RealInput.root.appending(path: "Tests/PretrainedBackbonesTests/Resources")

    @Test(arguments: [("tiny-bert", "bert"), ("tiny-roberta", "roberta"), ("tiny-gpt2", "gpt2")])
    func showsWhatAFolderHolds(name: String, architecture: String) async throws {
        let folder = Self.resources.appending(path: name).path
        let result = try await GraftProcess(["backbone", "inspect", folder, "--tokens", "4", "--json"]).wait()
        try #require(result.exitCode == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(object?["architecture"] as? String == architecture)
        let layers = try #require(object?["layers"] as? [[String: Any]])
        #expect(layers.map { $0["frozenLayers"] as? Int } == [0, 1, 2])
        let sum = layers.reduce(0) { $0 + ($1["parameters"] as? Int ?? 0) }
        #expect(sum == object?["parameters"] as? Int)
        #expect(layers.last?["frozenParameters"] as? Int == sum)
        #expect(layers.last?["operationsBelow"] as? Int == object?["operations"] as? Int)

        let table = try await GraftProcess(["backbone", "inspect", folder, "--tokens", "4"]).wait()
        #expect(table.output.contains("layer 1") && table.output.contains("frozen_layers"))
    }

    @Test(.enabled(if: RealInput.sharedData != nil, "no data folder here: set GRAFT_SHARED"))
    func showsWhatAnImageNetworkHolds() async throws {
        let folder = try #require(RealInput.sharedData).appending(path: "weights/resnet20-cifar10").path
        let result = try await GraftProcess(["backbone", "inspect", folder, "--json"]).wait()
        try #require(result.exitCode == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(object?["architecture"] as? String == "resnet20")
        #expect(object?["parameters"] as? Int == 269_072)
        let layers = try #require(object?["layers"] as? [[String: Any]])
        #expect(layers.map { $0["name"] as? String }.prefix(2) == ["stem", "layer1.0"])
        #expect(layers.last?["featureShape"] as? [Int] == [64])
        let table = try await GraftProcess(["backbone", "inspect", folder]).wait()
        #expect(table.output.contains("layer3.2") && table.output.contains("8 x 8 x 64"))
    }

    @Test func missingTensorIsNamed() async throws {
        let folder = try TemporaryFolder("backbone")
        for name in ["config.json", "model.safetensors"] {
            let source = Self.resources.appending(path: "tiny-bert/\(name)")
            try folder.write(Data(contentsOf: source), to: name)
        }
        let text = try String(contentsOf: folder.file("config.json"), encoding: .utf8)
        try folder.write(
            text.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3"), to: "config.json")
        let result = try await GraftProcess(["backbone", "inspect", folder.url.path]).wait()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("encoder.layer.2.attention.self.query.weight"), "\(result.errors)")
    }

    @Test(arguments: [
        ["backbone", "inspect", "no-such-folder"], ["backbone", "inspect", ".", "--tokens", "0"],
    ])
    func badInputIsRefused(arguments: [String]) async throws {
        let result = try await GraftProcess(arguments).wait()
        #expect(result.exitCode == 2 && !result.errors.isEmpty, "\(result.errors)")
    }
}
