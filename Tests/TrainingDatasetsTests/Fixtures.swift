import Foundation
import TrainingJobs

@testable import TrainingDatasets

/// A folder that goes with its suite's instance.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("graft-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> URL {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> URL { try write(text.utf8, name) }
}

/// A job of one task on files of the given names.
func job(
    train: String = "train.csv", validation: String? = nil, test: String? = nil, limit: Int? = nil,
    validationFraction: Double = 0, microBatches: Int = 4, seed: UInt64 = 0, format: DataFormat = .csv,
    metric: MetricKind = .accuracy
) -> JobSpecification {
    let task = TaskSpecification(
        name: "topic", train: DataFileSpecification(path: train, format: format, limit: limit),
        validation: validation.map { DataFileSpecification(path: $0, format: format) },
        validationFraction: validationFraction,
        test: test.map { DataFileSpecification(path: $0, format: format) }, metric: metric)
    return JobSpecification(
        name: "job", seed: seed, backbone: BackboneSpecification(folder: "model"),
        technique: TechniqueSpecification(kind: .featureExtraction), tasks: [task],
        training: TrainingSpecification(
            batch: 2 * microBatches, microBatches: microBatches,
            keep: validation == nil && validationFraction == 0 ? .last : .best))
}

/// The job's data files by logical path, in `folder`.
func files(_ job: JobSpecification, in folder: URL) -> [String: URL] {
    var files: [String: URL] = [:]
    for task in job.tasks {
        for file in JobFiles.dataFiles(of: task) {
            files[file.path] = folder.appendingPathComponent(file.source)
        }
    }
    return files
}
