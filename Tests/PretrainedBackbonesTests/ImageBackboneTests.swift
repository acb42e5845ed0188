import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// What every image backbone must do.
@Suite struct ImageBackboneTests {
    typealias Folder = ImageBackboneFolder

    private func random(_ folder: Folder, seed: UInt64 = 1) throws -> any ImageBackbone {
        try folder.withConfiguration { try ImageBackboneCatalog.random(folder: $0, seed: seed) }
    }

    private func images(_ backbone: any ImageBackbone, count: Int) -> Tensor {
        let images = Tensor(uninitialized: [count, backbone.input.height, backbone.input.width, 3])
        images.fillUniform(-1, 1, key: 5)
        return images
    }

    @Test(arguments: Folder.allCases) func featuresAreShapedAsItSays(_ folder: Folder) throws {
        let backbone = try random(folder)
        let images = images(backbone, count: 2)
        var hidden = Variable(images)
        var operations = 0
        for cut in 0...backbone.cutNames.count {
            if cut > 0 { hidden = backbone.forward(hidden, parts: cut - 1..<cut, context: .evaluation) }
            #expect(hidden.shape == [2] + backbone.featureShape(belowCut: cut), "cut \(cut)")
            #expect(backbone.operations(belowCut: cut) >= operations)
            operations = backbone.operations(belowCut: cut)
        }
        #expect(operations > 0 && backbone.operations(belowCut: 0) == 0)
        #expect(backbone.featureShape(belowCut: backbone.cutNames.count) == [backbone.featureCount])
    }

    @Test(arguments: Folder.allCases) func frozenPartsComputeTheSame(_ folder: Folder) throws {
        let backbone = try random(folder)
        let images = images(backbone, count: 3)
        for cut in [0, 1, backbone.cutNames.count / 2, backbone.cutNames.count] {
            let expected = backbone.forward(Variable(images), parts: 0..<cut, context: .evaluation).value
            let frozen = backbone.frozenForward(belowCut: cut)
            let all = frozen(images)
            #expect(all.shape == expected.shape)
            let tolerance = 1e-4 * expected.maximumMagnitude()
            #expect(zip(all.scalars, expected.scalars).allSatisfy { abs($0 - $1) <= tolerance }, "cut \(cut)")
            for range in [0..<1, 1..<3] {
                #expect(frozen(images.rows(range)).isIdentical(to: all.rows(range)), "cut \(cut)")
            }
            #expect(frozen(images.rows(0..<0)).shape == [0] + backbone.featureShape(belowCut: cut))
        }
    }

    @Test(arguments: Folder.allCases) func everyWeightLiesBelowTheLastCut(_ folder: Folder) throws {
        let backbone = try random(folder)
        let names = backbone.cutNames
        #expect(backbone.parameters(belowCut: names.count).map(\.name) == backbone.parameters.map(\.name))
        #expect(backbone.buffers(belowCut: names.count).map(\.name) == backbone.buffers.map(\.name))
        #expect(backbone.parameters(belowCut: 0).isEmpty && backbone.buffers(belowCut: 0).isEmpty)
        for cut in 1..<names.count {
            let below = backbone.parameters(belowCut: cut).map(\.name)
            #expect(below == Array(backbone.parameters.map(\.name).prefix(below.count)))
            #expect(try backbone.cut(named: names[cut - 1]) == cut)
        }
        backbone.freeze(belowCut: 1)
        #expect(
            backbone.trainableParameters.count == backbone.parameters.count
                - backbone.parameters(belowCut: 1).count)
        let error = #expect(throws: PretrainedBackboneError.self) { try backbone.cut(named: "nowhere") }
        #expect(error?.message.contains(names[1]) == true)
    }

    @Test(arguments: Folder.allCases) func seedsDecideRandomWeights(_ folder: Folder) throws {
        let (a, b, other) = (try random(folder), try random(folder), try random(folder, seed: 2))
        for (index, parameter) in a.parameters.enumerated() {
            #expect(parameter.value.isIdentical(to: b.parameters[index].value), "\(parameter.name)")
            guard parameter.shape.count > 1 else { continue }
            #expect(!parameter.value.isIdentical(to: other.parameters[index].value), "\(parameter.name)")
        }
        // Beginning again leaves nothing of what was there.
        for parameter in other.parameters { parameter.value.fill(3) }
        for buffer in other.buffers { buffer.value.fill(3) }
        other.initialize(seed: 1)
        for (mine, its) in zip(other.namedTensors(), a.namedTensors()) {
            #expect(mine.tensor.isIdentical(to: its.tensor), "\(mine.name)")
        }
    }

    @Test(arguments: Folder.allCases) func headsArePassedOver(_ folder: Folder) throws {
        try folder.withConfiguration { url in
            let made = try ImageBackboneCatalog.random(folder: url, seed: 1)
            for buffer in made.buffers { buffer.value.fill(0.75) }
            var tensors = made.namedTensors()
            // As many classes as no configuration says.
            tensors.append(("\(made.headName).weight", .zeros([3, made.featureCount])))
            tensors.append(("\(made.headName).bias", .zeros([3])))
            try SafetensorsWriter.write(tensors, to: url.appending(path: "model.safetensors"))
            let loaded = try ImageBackboneCatalog.load(folder: url)
            #expect(loaded.input == made.input && loaded.featureCount == made.featureCount)
            for (mine, its) in zip(loaded.namedTensors(), made.namedTensors()) {
                #expect(mine.name == its.name && mine.tensor.isIdentical(to: its.tensor), "\(mine.name)")
            }
        }
    }

    @Test(arguments: Folder.allCases) func missingAndSurplusTensorsAreNamed(_ folder: Folder) throws {
        try folder.withConfiguration { url in
            let weights = url.appending(path: "model.safetensors")
            let tensors = try ImageBackboneCatalog.random(folder: url, seed: 1).namedTensors()
            let lost = try #require(tensors.last?.name)
            try SafetensorsWriter.write(tensors.dropLast(), to: weights)
            let missing = #expect(throws: PretrainedBackboneError.self) {
                try ImageBackboneCatalog.load(folder: url)
            }
            #expect(missing?.tensors == [lost] && missing?.message.contains(lost) == true)
            try SafetensorsWriter.write(tensors + [("stray.weight", .zeros([1]))], to: weights)
            let surplus = #expect(throws: PretrainedBackboneError.self) {
                try ImageBackboneCatalog.load(folder: url)
            }
            #expect(surplus?.tensors == ["stray.weight"])
        }
    }
}
