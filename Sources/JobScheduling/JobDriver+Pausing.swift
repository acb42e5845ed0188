import TrainingJobs

// A pause: the members are let go at once, the progress stays.
extension JobDriver {
    /// The workers are wanted now, so it does not wait for the segment's end. Where they no longer hold the state
    /// at the resumption, the steps since the last checkpoint are run again, to the same bits.
    mutating func pause() -> [JobDirective] {
        if case .paused = phase { return [] }
        let releases = commandAll(.standBy)
        members = []
        idleWorkers = []
        phase = .paused
        message = pausedMessage
        return releases + [.log(.info, "The job is paused at step \(progress.step)")]
    }

    /// Names the step that is stored: a checkpoint under way may still arrive.
    var pausedMessage: String {
        "paused at step \(progress.step) of \(totalSteps); graft resume takes it up again"
    }

    mutating func resume() -> [JobDirective] {
        guard case .paused = phase else { return [] }
        phase = .waiting
        message = ""
        return [.log(.info, "The job is resumed at step \(progress.step)")]
    }
}
