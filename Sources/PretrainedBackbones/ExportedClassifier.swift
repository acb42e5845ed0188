import DifferentiableTensors
import Foundation
import NeuralLayers
import StrictJSON
import TensorKernels

/// What the exports of image and table classifiers have in common.
enum ExportedClassifier {
    static func requireFit(head: Linear, featureCount: Int, labels: [String], folder: URL) throws {
        guard head.weight.shape == [labels.count, featureCount] else {
            throw PretrainedBackboneError(
                .unsupported,
                "the head is of shape \(head.weight.shape), but there are \(labels.count) labels and "
                    + "\(featureCount) features", file: folder.path, tensors: [head.weight.name])
        }
        guard !labels.isEmpty, Set(labels.map { Array($0.utf8) }).count == labels.count else {
            throw PretrainedBackboneError(
                .unsupported, "there are no labels, or two alike", file: folder.path)
        }
    }

    /// `config.json` of the backbone with some members changed and what is not true any more dropped.
    static func configuration(_ source: ConfigurationFile, changes: [JSONMember]) -> JSONValue {
        let dropped = CarriedConfiguration.originKeys.union([
            "num_labels", "label_names", "label_descriptions", "best_prec1", "dataset",
        ])
        let members = (source.root.members ?? []).map { member in
            guard ["pretrained_cfg", "model_args"].contains(member.name), let inner = member.value.members
            else { return member }
            // Labels stand at the top; the number of classes is said in all three places, or timm drops the head.
            return JSONMember(
                name: member.name,
                value: .object(
                    inner.compactMap { entry in
                        if entry.name == "num_classes" { return changes.first { $0.name == entry.name } }
                        return dropped.contains(entry.name) ? nil : entry
                    }))
        }
        return CarriedConfiguration.root(.object(members), changes: changes, dropping: dropped)
    }

    static func tensors(of head: Linear, named name: String) -> [(name: String, tensor: Tensor)] {
        let bias = head.bias?.value ?? .zeros([head.weight.shape[0]])
        return [("\(name).weight", head.weight.value), ("\(name).bias", bias)]
    }
}
