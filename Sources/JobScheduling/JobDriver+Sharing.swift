import TrainingJobs

// Workers that other jobs have a better claim to.
extension JobDriver {
    /// Whether the present generation has run for long enough to be replaced by one of another size: a new one
    /// costs its preparation, and two jobs must not take workers from each other all the time.
    var hasRunForAWhile: Bool { hasRun(turns: 1) }

    /// Whether the present generation has run for so many times as long.
    func hasRun(turns: Int) -> Bool {
        nextSegment >= Self.segmentsBeforeGrowth * turns
            || generationSeconds >= Self.secondsBeforeGrowth * Double(turns)
    }

    /// At a segment's end: lets go of members that others have a better claim to; `nil` where there is none, the
    /// generation is too young, or nothing is left to train. The job waits for those that stay, or for its turn.
    mutating func concede() -> [JobDirective]? {
        guard let concession, progress.trainingEnd == nil, progress.step < totalSteps else { return nil }
        self.concession = nil
        let isDue = concession.minimumSeconds.map { generationSeconds >= $0 } ?? hasRunForAWhile
        return isDue ? withdraw(concession.workerIDs, because: concession.reason) : nil
    }
}
