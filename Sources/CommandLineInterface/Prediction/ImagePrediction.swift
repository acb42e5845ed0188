import Foundation
import ImagePreprocessing
import PretrainedBackbones
import TrainingDatasets

/// Classifies images with a model folder: PNG and JPEG files, and those within WebDataset archives.
struct ImagePrediction {
    /// Images that are decoded before they are classified: bounds memory.
    private static let batchImages = 64

    private struct Image {
        var file: String
        var sample: String?
        var pixels: [UInt8]
    }

    private let classifier: ImageClassifier
    private let preprocessor: ImagePreprocessor

    init(model: URL) throws {
        classifier = try ImageClassifier.load(folder: model)
        preprocessor = ImagePreprocessor(height: classifier.input.height, width: classifier.input.width)
    }

    /// Throws `ImageDecodingError` or `DatasetError` where a file cannot be read, or is none of an image.
    func show(files: [String]) throws {
        var batch: [Image] = []
        func add(_ image: Image) throws {
            batch.append(image)
            guard batch.count == Self.batchImages else { return }
            try show(batch)
            batch = []
        }
        for file in files {
            if file.lowercased().hasSuffix(".tar") {
                try eachImage(ofArchive: file, add)
            } else {
                try add(
                    Image(file: file, sample: nil, pixels: preprocessor.pixels(of: read(file), name: file)))
            }
        }
        try show(batch)
    }

    private func eachImage(ofArchive file: String, _ add: (Image) throws -> Void) throws {
        var reader = try WebDatasetReader(file: URL(fileURLWithPath: file), name: file)
        while let entry = try reader.next() {
            let images = entry.files.filter { WebDatasetReader.imageTypes.contains($0.key.lowercased()) }
            for (type, bytes) in images.sorted(by: { $0.key < $1.key }) {
                let pixels = try preprocessor.pixels(of: bytes, name: "\(file), \(entry.key).\(type)")
                try add(Image(file: file, sample: entry.key, pixels: pixels))
            }
        }
    }

    private func show(_ batch: [Image]) throws {
        for (image, prediction) in zip(batch, try classifier.predict(batch.map(\.pixels))) {
            var record = PredictionRecord(prediction, labels: classifier.labels)
            record.file = image.file
            record.sample = image.sample
            try record.show()
        }
    }

    private func read(_ file: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw CommandFailure(.invalidInput, "\(file) cannot be read: \(error.localizedDescription)")
        }
    }
}
