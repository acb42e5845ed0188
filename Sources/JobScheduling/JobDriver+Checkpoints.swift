import TrainingJobs

// Checkpoints are uploaded while the next segment runs. A segment's results become progress only together with
// its checkpoint, and one segment at the most is ahead of the store.
extension JobDriver {
    /// The one segment that may be ahead of the store; another runs meanwhile.
    var uncommitted: UncommittedSegment? {
        get { progress.uncommitted }
        set { progress.uncommitted = newValue }
    }

    /// How far the job has come, stored or not.
    var latestStep: Int { uncommitted?.endStep ?? progress.step }

    /// Runs the next segment while the state at `ended` is uploaded. Before the members change, and before
    /// training ends, that state must be stored: then the job waits for it.
    mutating func runAhead(of ended: UncommittedSegment) -> [JobDirective] {
        uncommitted = ended
        var trial = self
        trial.uncommitted = nil
        _ = trial.commit(ended, as: ContentFile(path: "", sha256: "", size: 0))
        guard trial.openSegment != nil, trial.rearrange() == nil else { return [] }
        (idleWorkers, concession) = (trial.idleWorkers, trial.concession)
        return proceed()
    }

    /// The state at a segment's end is stored. What is said of any other state changes nothing.
    mutating func checkpointStored(
        _ workerID: String, _ generation: Int, _ state: StoredState
    ) -> [JobDirective] {
        if let ended = uncommitted, ended.uploaderID == workerID, ended.generation == generation,
            ended.endStep == state.step
        {
            uncommitted = nil
            let lines = commit(ended, as: state.file)
            if case .paused = phase { message = pausedMessage }
            guard case .training(let segment, let results) = phase else { return lines }
            if segment.endStep == ended.endStep { return lines + goOn() }
            return results.count == members.count ? lines + close(segment, results) : lines
        }
        guard case .training(let segment, _) = phase, generation == progress.generation,
            rank(of: workerID) == 0, segment.endStep == state.step
        else { return [] }
        storedAhead = state
        return []
    }

    /// A segment's results become progress, once the state at its end is in the store.
    mutating func commit(_ ended: UncommittedSegment, as checkpoint: ContentFile) -> [JobDirective] {
        retain(checkpoint, at: ended.endStep)
        progress.handedIn = nil
        progress.reachedStep = max(ended.endStep, progress.reachedStep ?? 0)
        progress.segments.append(ended.summary)
        return [.log(.info, line(ended.summary))] + judge(ended.summary, checkpoint)
    }

    /// The latest checkpoint, and a few before it.
    private mutating func retain(_ checkpoint: ContentFile, at step: Int) {
        let kept = (specification.checkpoints ?? CheckpointRetention()).keep
        var older = progress.older ?? []
        if let previous = progress.checkpoint {
            older.append(StoredState(step: progress.step, file: previous))
        }
        progress.older = older.suffix(max(0, kept - 1))
        progress.step = step
        progress.checkpoint = checkpoint
    }

    /// At a segment's end that is stored.
    mutating func goOn() -> [JobDirective] { rearrange() ?? proceed() }

    /// Ends the generation where members are to go or to come, or lanes to move; `nil` where it goes on.
    private mutating func rearrange() -> [JobDirective]? {
        leaveDrained() ?? concede() ?? grow() ?? rebalance()
    }

    /// A member says that it is prepared only once its upload has ended. All are: a state that is not stored by now
    /// never will be, and what was built on it is dropped. The members are prepared anew where one stands beyond it;
    /// one that stands right at it hands it in.
    mutating func giveUpUncommitted(_ ready: Preparation) -> [JobDirective]? {
        guard let ended = uncommitted else { return nil }
        uncommitted = nil
        guard ready.values.contains(where: { $0.heldStep > ended.endStep }) else { return nil }
        let releases = commandAll(.standBy)
        phase = .waiting
        let text =
            "The checkpoint of step \(ended.endStep) was not stored: going back to step "
            + "\(progress.resumePoint.step)"
        return releases + [.log(.warning, text)] + start(members)
    }
}
