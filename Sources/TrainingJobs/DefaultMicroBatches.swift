extension TrainingSpecification {
    /// Micro-batches of a job that does not say how many.
    ///
    /// Every micro-batch of a technique that trains layers of the backbone runs all of those, and with few samples the
    /// weights are read for little work: eight samples a micro-batch keep that cost near a tenth. Where only a head is
    /// trained it does not count, and more micro-batches let more workers take part.
    func defaultMicroBatches(for technique: TechniqueKind) -> Int {
        technique == .featureExtraction || batch >= 64 ? 8 : 4
    }
}
