import Foundation
import StrictJSON
import Testing
import TestingSupport

@testable import PretrainedBackbones

@Suite struct ExportedConfigurationTests {
    /// timm discards a head where any of the three places has another number of classes.
    @Test func theNumberOfClassesChangesWhereverItStands() throws {
        let folder = try TemporaryFolder("exported-configuration")
        let file = try folder.write(
            """
            {"architecture": "vit_tiny_patch16_224", "num_classes": 7, "label_names": ["x"],
             "model_args": {"img_size": 32, "num_classes": 7}, "pretrained_cfg": {"num_classes": 7, "mean": [0, 0, 0]}}
            """, to: "config.json")
        let exported = ExportedClassifier.configuration(
            try ConfigurationFile(file), changes: TimmLabels.members(["cat", "dog"]))
        #expect(exported["num_classes"]?.integer == 2)
        #expect(exported["model_args"]?["num_classes"]?.integer == 2)
        #expect(exported["model_args"]?["img_size"]?.integer == 32)
        #expect(exported["pretrained_cfg"]?["num_classes"]?.integer == 2)
        #expect(exported["label_names"]?.array?.compactMap(\.string) == ["cat", "dog"])
    }
}
