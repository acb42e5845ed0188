import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// LeNet against PyTorch, see make_lenet_references.py, and what it alone has: grey images and dropped channels.
/// What it shares with other image networks is tested with them.
@Suite struct LeNetTests {
    enum Size: String, CaseIterable {
        case grey, colour

        var side: Int { self == .grey ? 28 : 32 }

        func make(dropout: Float = 0) throws -> LeNet {
            let input =
                self == .grey
                ? #""input_size": [1, 28, 28], "mean": [0], "std": [1]"#
                : #""input_size": [3, 32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]"#
            let network = try LeNetTests.configured(
                #"{"architecture": "lenet", "dropout": \#(dropout), \#(input)}"#)
            for parameter in network.parameters {
                parameter.setValue { $0.assign(ResNetFixture.weight(parameter.name, parameter.shape)) }
            }
            return network
        }
    }

    fileprivate static func configured(_ config: String) throws -> LeNet {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            return try #require(try ImageBackboneCatalog.blank(folder: folder).backbone as? LeNet)
        }
    }

    let reference: SafetensorsFile

    init() throws {
        reference = try SafetensorsFile(path: Resources.url("lenet-references.safetensors").path)
    }

    @Test(arguments: Size.allCases) func featuresEqualTheReferences(_ size: Size) throws {
        let network = try size.make()
        let images = ResNetFixture.images(count: 3, side: size.side)
        let features = network.forward(Variable(images), parts: 0..<3, context: .evaluation).value
        let frozenForward = network.frozenForward(belowCut: 3)
        let frozen = frozenForward(images)
        try reference.expectSamples(of: features, "\(size.rawValue)/features", tolerance: 1e-5)
        try reference.expectSamples(of: frozen, "\(size.rawValue)/features", tolerance: 1e-5)
    }

    @Test(arguments: Size.allCases) func gradientsEqualTheReferences(_ size: Size) throws {
        let network = try size.make()
        let images = ResNetFixture.images(count: 3, side: size.side)
        let features = network.forward(
            Variable(images), parts: 0..<3, context: .training(seed: 1, step: 0, microBatch: 0))
        let upstream = ResNetFixture.numbers("upstream", count: features.value.count).map { $0 - 0.5 }
        (features * Variable(Tensor(upstream, shape: features.shape))).sum().backward()
        for parameter in network.parameters {
            try reference.expectSamples(
                of: parameter.gradient, "\(size.rawValue)/gradient/\(parameter.name)", tolerance: 1e-4)
        }
    }

    @Test func channelsAreDroppedAsAWhole() throws {
        let network = try Size.colour.make(dropout: 0.5)
        let images = ResNetFixture.images(count: 4, side: 32)
        func map(training: Bool, step: Int = 0) -> Tensor {
            let context: ForwardContext =
                training ? .training(seed: 1, step: step, microBatch: 0) : .evaluation
            return network.forward(Variable(images), parts: 0..<2, context: context).value
        }
        let (plain, dropped) = (map(training: false), map(training: true))
        #expect(dropped.isIdentical(to: map(training: true)))
        #expect(!dropped.isIdentical(to: map(training: true, step: 1)))
        var kept = 0
        for image in 0..<4 {
            for channel in 0..<50 {
                let places = (0..<25).map { (image * 25 + $0) * 50 + channel }
                let isKept = places.contains { dropped[$0] != 0 }
                kept += isKept ? 1 : 0
                for place in places where isKept { #expect(abs(dropped[place] - 2 * plain[place]) < 1e-4) }
            }
        }
        // Half of 200, within five deviations.
        #expect((65...135).contains(kept))
    }

    @Test func greyPixelsKeepTheirValue() {
        let grey = Tensor([-1, 0, 0.25, 2].flatMap { [$0, $0, $0] as [Float] }, shape: [1, 2, 2, 3])
        for (found, expected) in zip(GreyValues()(grey).scalars, [-1, 0, 0.25, 2] as [Float]) {
            #expect(abs(found - expected) < 1e-6)
        }
    }

    @Test(arguments: [
        (#""input_size": [1, 28, 28], "mean": [0, 0, 0], "std": [1]"#, "mean"),
        (#""input_size": [1, 28, 28], "mean": [0], "std": [0]"#, "std"),
        (#""input_size": [1, 28], "mean": [0], "std": [1]"#, "input_size"),
        (#""input_size": [2, 28, 28], "mean": [0], "std": [1]"#, "input_size"),
        (#""input_size": [1, 28, 15], "mean": [0], "std": [1]"#, "16 pixels"),
        (#""input_size": [1, 28, 28], "mean": [0], "std": [1], "dropout": 1"#, "dropout"),
    ]) func brokenConfigurationsAreRefused(keys: String, named: String) {
        let error = #expect(throws: PretrainedBackboneError.self) {
            try Self.configured(#"{"architecture": "lenet", \#(keys)}"#)
        }
        #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    }
}
