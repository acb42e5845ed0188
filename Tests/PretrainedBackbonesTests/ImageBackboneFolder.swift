import Foundation
import TensorKernels
import TestingSupport

@testable import PretrainedBackbones

/// Folders of image backbones with weights from a seed, one for each layout: what every backbone must do is
/// tested on all of them.
enum ImageBackboneFolder: String, CaseIterable {
    case cifarResNet = "resnet20"
    case resNet = "resnet18"
    case bottleneckResNet = "resnet50"

    case timmMobileNet = "mobilenetv2_050"
    case torchvisionMobileNet = "mobilenet_v2"
    case timmViT = "vit_tiny_patch16_224"
    case transformersViT = "vit"
    case transformersDeiT = "deit"
    case greyLeNet = "lenet"
    case colourLeNet = "lenet.colour"

    var config: String {
        switch self {
        case .transformersViT, .transformersDeiT:
            """
            {"model_type": "\(rawValue)", "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4,
             "intermediate_size": 48, "image_size": 32, "patch_size": 8, "num_labels": 7}
            """
        case .timmViT:
            """
            {"architecture": "\(rawValue)", "num_classes": 7, "model_args": {"img_size": 32, "patch_size": 8,
             "embed_dim": 32, "depth": 3, "num_heads": 4, "mlp_ratio": 1.5}, \(Self.pretrained)}
            """
        case .greyLeNet:
            """
            {"architecture": "lenet", "num_classes": 7, "input_size": [1, 32, 32], "mean": [0.5], "std": [0.25]}
            """
        default: "{\"architecture\": \"\(rawValue)\", \"num_classes\": 7, \(Self.pretrained)}"
        }
    }

    private static let pretrained =
        #""pretrained_cfg": {"input_size": [3, 32, 32], "mean": [0.5, 0.25, 0], "std": [0.5, 1, 2]}"#

    private static let preprocessor = #"{"image_mean": [0.5, 0.25, 0], "image_std": [0.5, 1, 2]}"#

    /// Runs `body` with a folder with nothing but `config.json`.
    func withConfiguration<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
            if config.contains("model_type") {
                try Data(Self.preprocessor.utf8).write(
                    to: folder.appending(path: "preprocessor_config.json"))
            }
            return try body(folder)
        }
    }

    /// Moves all that is plain in a new network away from it, statistics too.
    static func roughen(_ backbone: any ImageBackbone) {
        for parameter in backbone.parameters where parameter.shape.count == 1 {
            let numbers = ResNetFixture.weight(parameter.name, parameter.shape)
            parameter.value.assign(numbers)
        }
        for buffer in backbone.buffers {
            buffer.value.assign(ResNetFixture.weight(buffer.name, buffer.value.shape))
        }
    }
}
