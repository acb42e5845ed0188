import CheckpointFormats
import DifferentiableTensors
import Foundation
import NeuralLayers
import TensorKernels
import Testing
import TestingSupport

@testable import PretrainedBackbones

/// MobileNetV2s and vision transformers of the true architectures against timm, torchvision and transformers;
/// see make_image_references.py.
@Suite struct ImageReferenceTests {
    /// What the script builds.
    enum Network: String, CaseIterable {
        case mobileNet = "mobilenetv2_100"
        case wideMobileNet = "mobilenetv2_140"
        case torchvisionMobileNet = "mobilenet_v2"
        case timmViT = "vit_tiny_patch16_224"
        case timmBaseViT = "vit_base_patch32_224"
        case smallViT = "vit"
        case deiT = "deit"

        var side: Int {
            switch self {
            case .mobileNet, .torchvisionMobileNet, .wideMobileNet: 96
            case .smallViT: 32
            case .timmViT, .timmBaseViT, .deiT: 224
            }
        }

        var count: Int {
            switch self {
            case .mobileNet, .torchvisionMobileNet: 6
            case .wideMobileNet: 4
            case .timmBaseViT: 1
            case .smallViT: 3
            case .timmViT, .deiT: 2
            }
        }

        var config: String {
            switch self {
            case .smallViT:
                """
                {"model_type": "vit", "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
                 "intermediate_size": 80, "image_size": 32, "patch_size": 8}
                """
            case .deiT:
                """
                {"model_type": "deit", "hidden_size": 192, "num_hidden_layers": 12, "num_attention_heads": 3,
                 "intermediate_size": 768, "image_size": 224, "patch_size": 16}
                """
            default:
                """
                {"architecture": "\(rawValue)", "pretrained_cfg": {"input_size": [3, \(side), \(side)],
                 "mean": [0, 0, 0], "std": [1, 1, 1]}}
                """
            }
        }

        /// See `network_weight` in the script.
        private func weight(_ name: String, _ shape: [Int]) -> Tensor {
            let linear = ["bn3.", "conv.3.", "blocks.0.0.bn2.", "features.1.conv.2."]
            guard rawValue.hasPrefix("mobilenet"), shape.count == 1, !linear.contains(where: name.contains)
            else { return ResNetFixture.weight(name, shape) }
            let u = ResNetFixture.numbers(name, count: shape[0])
            let scalars =
                name.hasSuffix("weight")
                ? u.map { ($0 + 0.5) * 0.4 }
                : u.map { $0 < 0.125 ? -4 : $0 > 0.875 ? 10 : ($0 - 0.5) * 0.25 + 3 }
            return Tensor(scalars, shape: shape)
        }

        /// With the weights that the script computes.
        func make() throws -> any ImageBackbone {
            try withTemporaryFolder { folder in
                try Data(config.utf8).write(to: folder.appending(path: "config.json"))
                let backbone = try ImageBackboneCatalog.blank(folder: folder).backbone
                for parameter in backbone.parameters {
                    parameter.setValue { $0.assign(weight(parameter.name, parameter.shape)) }
                }
                for buffer in backbone.buffers {
                    buffer.value.assign(ResNetFixture.weight(buffer.name, buffer.value.shape))
                }
                return backbone
            }
        }
    }

    let reference: SafetensorsFile

    init() throws {
        reference = try SafetensorsFile(path: Resources.url("image-references.safetensors").path)
    }

    @Test(arguments: Network.allCases) func featuresEqualTheReferences(_ network: Network) throws {
        let backbone = try network.make()
        let last = backbone.cutNames.count
        let images = try images(for: network)
        let features = backbone.forward(Variable(images), parts: 0..<last, context: .evaluation).value
        try reference.expectSamples(of: features, "\(network.rawValue)/features", tolerance: 1e-4)
        let frozen = backbone.frozenForward(belowCut: last)(images)
        try reference.expectSamples(of: frozen, "\(network.rawValue)/features", tolerance: 1e-4)
    }

    @Test(arguments: Network.allCases.filter { $0 != .timmBaseViT })
    func gradientsEqualTheReferences(_ network: Network) throws {
        let backbone = try network.make()
        let features = backbone.forward(
            Variable(try images(for: network)), parts: 0..<backbone.cutNames.count,
            context: .training(seed: 1, step: 0, microBatch: 0))
        try reference.expectSamples(
            of: features.value, "\(network.rawValue)/training-features", tolerance: 1e-4)
        let upstream = ResNetFixture.numbers("upstream", count: features.value.count).map { $0 - 0.5 }
        (features * Variable(Tensor(upstream, shape: features.shape))).sum().backward()
        for parameter in backbone.parameters {
            let name = "\(network.rawValue)/gradient/\(parameter.name)"
            try reference.expectSamples(of: parameter.gradient, name, tolerance: 1e-3)
        }
        for buffer in backbone.buffers {
            buffer.followObservations()
            let name = "\(network.rawValue)/buffer/\(buffer.name)"
            try reference.expectSamples(of: buffer.value, name, tolerance: 1e-4)
        }
    }

    /// Those that the script chose; see `SEEDS` there.
    private func images(for network: Network) throws -> Tensor {
        let seed = Int(try reference.tensor(named: "\(network.rawValue)/seed").scalar)
        return ResNetFixture.images(seed: seed, count: network.count, side: network.side)
    }
}
