/// The step that a generation begins at, in the middle of a segment or at its beginning.
struct GenerationStart: Sendable, Equatable {
    var step: Int
    /// The state at `step`, where members may stand elsewhere.
    var state: ContentFile?
}

// Survivors hold the state of the last step that they finished: a generation goes on from the highest of them.
extension JobDriver {
    /// The furthest step of a state that the next generation can use: its segment's end.
    var heldLimit: Int { openSegment?.endStep ?? latestStep }

    /// The segment that is being run or comes next; `nil` where training is over.
    var openSegment: Segment? {
        guard progress.trainingEnd == nil else { return nil }
        return segments.segment(from: latestStep, number: nextSegment)
    }

    /// Members may stand a step apart: some had the sum of a step when its last member was lost, others had not.
    /// The highest wins, so that no step is lost; who stands elsewhere takes that state over, so that none is
    /// applied twice. Where sums are not exact, everybody does: the same step may have been reached in another
    /// generation, by other sums.
    mutating func chooseStart(_ ready: Preparation) -> [JobDirective] {
        if let restart = giveUpUncommitted(ready) { return restart }
        let resume = progress.resumePoint
        guard let segment = openSegment else { return extract() }
        let usable = resume.step...max(resume.step, segment.endStep)
        let standing = members.map { member in
            ready[member.workerID].map(\.heldStep).flatMap { usable.contains($0) ? $0 : nil } ?? preparedFrom
        }
        let highest = max(resume.step, standing.max() ?? 0)
        noteReached(highest)
        let agree = specification.training.isExact || members.count == 1
        if agree, standing.allSatisfy({ $0 == highest }) {
            firstStart = GenerationStart(step: highest)
            return started(at: highest) + extract()
        }
        guard highest > resume.step, let holder = standing.firstIndex(of: highest) else {
            // That state may have been stored after the members had been told to begin with an earlier one.
            firstStart = GenerationStart(step: highest, state: resume.checkpoint)
            return extract()
        }
        phase = .handingIn(rank: holder, step: highest)
        return [command(.handIn, to: members[holder].workerID)]
    }

    mutating func handedIn(_ workerID: String, _ state: HeldState) -> [JobDirective] {
        guard case .handingIn(let holder, let step) = phase, rank(of: workerID) == holder else { return [] }
        let known = withEarlierSteps(state.steps, from: progress.step)
        guard state.step == step, known.map(\.step) == Array(progress.step..<step),
            known.allSatisfy({ $0.gradientNorm.isFinite && $0.learningRate.isFinite })
        else {
            return fail(
                JobFailure(
                    code: "bad-report",
                    message:
                        "A state was handed in for step \(state.step) with \(known.count) results, instead "
                        + "of step \(step) with those of steps \(progress.step)..<\(step).",
                    context: "worker \(name(of: workerID))"))
        }
        progress.handedIn = HeldState(step: step, checkpoint: state.checkpoint, steps: known)
        firstStart = GenerationStart(step: step, state: state.checkpoint)
        return started(at: step) + extract()
    }

    /// The results of the segment that begins at `start`: those reported, and in front of them what came with a
    /// handed-in state.
    func withEarlierSteps(_ reported: [StepResult], from start: Int) -> [StepResult] {
        let steps = reported.filter { $0.step >= start }
        let first = steps.first?.step ?? Int.max
        return (progress.handedIn?.steps ?? []).filter { (start..<max(start, first)).contains($0.step) }
            + steps
    }

    /// A step that nobody had reached before forgives the losses until then.
    mutating func noteReached(_ step: Int) {
        guard step > progress.reachedStep ?? progress.step else { return }
        progress.reachedStep = step
        progress.lossesWithoutProgress = 0
    }

    private func started(at step: Int) -> [JobDirective] {
        guard step > progress.step else { return [] }
        return [
            .log(
                .info,
                "Going on at step \(step) from memory: steps \(progress.step)..<\(step) are not run again")
        ]
    }
}
