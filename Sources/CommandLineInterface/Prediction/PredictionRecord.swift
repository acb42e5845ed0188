import PretrainedBackbones
import TrainingJobs

/// A prediction as `graft predict` prints it, one JSON object a line.
struct PredictionRecord: Encodable {
    /// Texts: what was classified.
    var text: String?
    /// Images and tables: the file.
    var file: String?
    /// Images in archives: the sample's name.
    var sample: String?
    /// Tables: the data row, from 1.
    var row: Int?
    let label: String
    let probabilities: [String: Float]

    init(_ prediction: ClassPrediction, labels: [String]) {
        label = prediction.label
        probabilities = Dictionary(zip(labels, prediction.probabilities).map { ($0, $1) }) { first, _ in first
        }
    }

    func show() throws { print(try CanonicalJSON.encode(self)) }
}
