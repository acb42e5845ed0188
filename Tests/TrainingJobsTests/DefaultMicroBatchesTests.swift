import Testing

@testable import TrainingJobs

@Suite struct DefaultMicroBatchesTests {
    private func microBatches(_ technique: String, _ training: String) throws -> Int {
        let text = """
            name: tiny
            backbone: model
            technique: \(technique)
            tasks: [{name: t, train: train.csv}]
            \(training)
            """
        return try decode(text).specification.training.microBatches
    }

    @Test(
        arguments: [
            ("feature-extraction", "", 8), ("feature-extraction", "training: {batch: 16}", 8),
            ("fine-tuning", "", 4), ("fine-tuning", "training: {batch: 32}", 4),
            ("fine-tuning", "training: {batch: 64}", 8), ("from-scratch", "training: {batch: 128}", 8),
            ("fine-tuning", "training: {batch: 32, micro_batches: 8}", 8),
        ])
    func dependOnWhatIsTrained(technique: String, training: String, expected: Int) throws {
        #expect(try microBatches(technique, training) == expected)
    }
}
