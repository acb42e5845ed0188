import CheckpointFormats
import Foundation
import StrictJSON
import TensorKernels

/// The two files that every model folder has.
public enum ModelFolder {
    /// Writes `config.json` and `model.safetensors`; files of the same names are replaced.
    /// - Returns: names of the files.
    /// - Throws: errors of writing.
    public static func write(
        configuration: JSONValue, tensors: [(name: String, tensor: Tensor)], to folder: URL
    ) throws -> [String] {
        let (configurationName, weightsName) = ("config.json", "model.safetensors")
        try Data(configuration.indentedBytes).write(
            to: folder.appendingPathComponent(configurationName), options: .atomic)
        try SafetensorsWriter.write(
            tensors, metadata: ["format": "pt"], to: folder.appendingPathComponent(weightsName))
        return [configurationName, weightsName]
    }
}
