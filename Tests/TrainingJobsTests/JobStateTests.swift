import Testing

@testable import TrainingJobs

@Suite struct JobStateTests {
    @Test func theUsualWayIsOpen() {
        var state = JobState.uploading
        for next: JobState in [
            .queued, .preparing, .extracting, .training, .evaluating, .training, .evaluating, .exporting,
            .done,
        ] {
            #expect(state.canBecome(next))
            state = next
        }
        #expect(state.isFinal)
    }

    @Test(arguments: JobState.allCases)
    func whatEveryStateAllows(state: JobState) {
        let ended: Set<JobState> = [.done, .failed, .cancelled]
        #expect(state.isFinal == ended.contains(state))
        #expect(
            state.isRunning == ![JobState.uploading, .queued, .paused, .done, .failed, .cancelled].contains(
                state))
        if !state.isFinal {
            #expect(state.canBecome(.cancelled) && state.canBecome(.failed))
        }
        #expect(state.canBeRetried == (state.isFinal && state.canBecome(.queued)))
        #expect(state.canBecome(.paused) == (state == .queued || state.isRunning))
        if state.isRunning {
            #expect(state.canBecome(.preparing) && state.canBecome(.queued))
        }
    }

    @Test(arguments: [
        (JobState.uploading, JobState.preparing), (.queued, .training), (.queued, .done), (.done, .queued),
        (.cancelled, .training), (.paused, .training), (.done, .paused),
        (.training, .done), (.extracting, .uploading),
    ])
    func otherWaysAreClosed(from: JobState, to: JobState) {
        #expect(!from.canBecome(to))
    }
}
