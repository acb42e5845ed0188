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

    var config: String {
        """
        {"architecture": "\(rawValue)", "num_classes": 7, "pretrained_cfg": {"input_size": [3, 32, 40],
         "mean": [0.5, 0.25, 0], "std": [0.5, 1, 2]}}
        """
    }

    /// Runs `body` with a folder with nothing but `config.json`.
    func withConfiguration<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            try Data(config.utf8).write(to: folder.appending(path: "config.json"))
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
