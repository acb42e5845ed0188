import ImagePreprocessing
import TrainingDatasets
import TrainingJobs
import TransferTechniques

/// Images stay the files that they came as, a few kilobytes each, and are decoded when they are needed.
struct ImageEncoder: SampleEncoder {
    let preprocessor: ImagePreprocessor
    let augmentation: ImageAugmentation?
    let seed: UInt64

    var fingerprint: String { preprocessor.fingerprint }
    var viewCount: Int? { augmentation?.views }

    func viewName(_ view: Int) -> String {
        augmentation.map { preprocessor.fingerprint(ofView: view, $0, seed: seed) } ?? fingerprint
    }

    func hold(_ sample: Sample) throws -> HeldSample {
        guard case .image(let file) = sample.payload else { throw sample.unexpected("an image") }
        return .imageFile(file, place: "sample \(sample.index)")
    }

    func input(_ held: HeldSample, view: Int?) throws -> SampleInput {
        guard case .imageFile(let file, let place) = held else {
            throw WorkerError(.badContent, "this job's model takes images")
        }
        guard let view, let augmentation else {
            return .image(try preprocessor.pixels(of: file, name: place))
        }
        return .image(
            try preprocessor.pixels(of: file, name: place, view: view, augmentation, seed: seed))
    }

    func positions(of held: HeldSample) -> Int { preprocessor.height * preprocessor.width }
}
