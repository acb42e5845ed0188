import TrainingJobs

// What a lost file means: the job goes back to a state that is still there.
extension JobDriver {
    /// What was reached beyond the state that the job goes back to is forgotten, and reached again: to the same bits.
    mutating func checkpointLost(_ sha256: String) -> [JobDirective] {
        guard progress.neededCheckpoints.contains(where: { $0.sha256 == sha256 }) else { return [] }
        progress.older?.removeAll { $0.file.sha256 == sha256 }
        guard progress.essentialCheckpoints.contains(where: { $0.sha256 == sha256 }) else { return [] }
        let before = progress.resumePoint.step
        if progress.handedIn?.checkpoint.sha256 == sha256 { progress.handedIn = nil }
        if progress.essentialCheckpoints.contains(where: { $0.sha256 == sha256 }) { rewind(without: sha256) }
        let text =
            "A checkpoint was lost on the coordinator's disk: going back from step \(before) to step "
            + "\(progress.step)"
        return interrupt(because: text)
    }

    mutating func filesMissing(_ reason: String) -> [JobDirective] {
        guard case .preparing = phase else { return [] }
        return interrupt(because: reason)
    }

    /// Ends the generation, if there is one; the job waits for its next members.
    private mutating func interrupt(because text: String) -> [JobDirective] {
        let releases = commandAll(.standBy)
        members = []
        idleWorkers = []
        if case .paused = phase {
            message = pausedMessage
        } else {
            phase = .waiting
            message = text
        }
        return releases + [.log(.warning, text)]
    }

    /// Goes back to the latest state from which nothing is missing, the beginning if there is none: the best
    /// checkpoint until then must still be there as well.
    private mutating func rewind(without sha256: String) {
        let states = storedStates.filter { $0.file.sha256 != sha256 }
        let candidates = states.sorted { $0.step > $1.step }.map { course(upTo: $0, of: states) }
        progress = candidates.lazy.compactMap { $0 }.first ?? course(upTo: nil, of: []) ?? progress
    }

    private var storedStates: [StoredState] {
        var states = progress.older ?? []
        if let file = progress.checkpoint { states.append(StoredState(step: progress.step, file: file)) }
        if let best = progress.best { states.append(StoredState(step: best.step, file: best.checkpoint)) }
        return states
    }

    /// The progress as it was at a state; `nil` where the best checkpoint until then is not among `states`. What was
    /// decided on later segments is undone, what was decided on earlier ones is decided again.
    private func course(upTo state: StoredState?, of states: [StoredState]) -> TrainingProgress? {
        let step = state?.step ?? 0
        var trial = self
        trial.progress.step = step
        trial.progress.checkpoint = state?.file
        trial.progress.older?.removeAll { $0.step >= step }
        trial.progress.segments.removeAll { $0.endStep > step }
        (trial.progress.handedIn, trial.progress.uncommitted) = (nil, nil)
        (trial.progress.best, trial.progress.stopping) = (nil, EarlyStopping())
        (trial.progress.trainingEnd, trial.progress.test, trial.progress.targetTest) = (nil, nil, nil)
        trial.progress.reachedStep = step
        trial.progress.isBoundToFamily = true
        let lost = ContentFile(path: "", sha256: "", size: 0)
        for segment in trial.progress.segments {
            _ = trial.judge(segment, states.first { $0.step == segment.endStep }?.file ?? lost)
        }
        return trial.progress.best?.checkpoint == lost ? nil : trial.progress
    }
}
