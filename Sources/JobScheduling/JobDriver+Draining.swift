import TrainingJobs

// Hosts that are to be emptied: the job goes on without their workers.
extension JobDriver {
    /// Members that prepare or extract leave at once: nothing is lost but what the next generation's members
    /// fetch or compute anyway. Those in training leave at the segment's end, so that no step is run twice.
    /// After the last step they stay: evaluation and export are what frees them soonest.
    mutating func drain(_ workerIDs: Set<String>) -> [JobDirective] {
        drainedWorkers = workerIDs
        switch phase {
        case .preparing, .extracting: return withdraw(workerIDs, because: "its host is being emptied") ?? []
        default: return []
        }
    }

    /// At a segment's end: begins the next generation without members whose hosts are being emptied; `nil`
    /// where there is none, or nothing left to train.
    mutating func leaveDrained() -> [JobDirective]? {
        guard progress.trainingEnd == nil, progress.step < totalSteps else { return nil }
        return withdraw(drainedWorkers, because: "its host is being emptied")
    }

    /// Ends the generation; the job waits for its next members.
    mutating func withdraw(_ workerIDs: Set<String>, because reason: String) -> [JobDirective]? {
        let leavers = members.filter { workerIDs.contains($0.workerID) }
        guard !leavers.isEmpty else { return nil }
        let releases = commandAll(.standBy)
        members = []
        idleWorkers = []
        phase = .waiting
        message = ""
        let lines = leavers.map {
            JobDirective.log(.info, "Going on without worker \($0.name) at step \(progress.step): \(reason)")
        }
        return releases + lines
    }
}
