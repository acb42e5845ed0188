import Testing
import TrainingJobs

@testable import JobScheduling

/// Who gets what, at one look.
@Suite struct FairAllocationTests {
    private func workers(_ count: Int, taken: [[String]] = [], drained: Set<String> = []) -> [LiveWorker] {
        JobFixture.candidates(count).map { worker in
            LiveWorker(
                candidate: worker, isFree: !taken.contains { $0.contains(worker.workerID) },
                isDrained: drained.contains(worker.workerID))
        }
    }

    private func waiting(
        _ id: String, _ minimum: Int, _ maximum: Int, by submitter: String = "ann", priority: Int = 0,
        at time: Int = 0, waited: Double = 0
    ) -> WaitingJob {
        WaitingJob(
            jobID: id, submitter: submitter, priority: priority, submittedAt: time, waitedSeconds: waited,
            range: WorkerRange(minimum: minimum, maximum: maximum), laneCount: 16)
    }

    private func running(
        _ id: String, _ minimum: Int, _ maximum: Int, on members: [String], by submitter: String = "ann",
        priority: Int = 0, at time: Int = 0
    ) -> RunningJob {
        RunningJob(
            jobID: id, submitter: submitter, priority: priority, submittedAt: time,
            range: WorkerRange(minimum: minimum, maximum: maximum), laneCount: 16,
            kernelFamily: "openblas/Haswell", memberIDs: members)
    }

    private func assigned(_ round: AssignmentRound, _ id: String) -> [String] {
        for (jobID, decision) in round.decisions where jobID == id {
            if case .assigned(let members) = decision { return members.map(\.workerID) }
        }
        return []
    }

    @Test func `two jobs run side by side on workers of their own`() {
        let round = AssignmentRound(
            waiting: [waiting("a", 2, 2, at: 1), waiting("b", 1, 2, at: 2)], workers: workers(4))
        #expect(assigned(round, "a") == ["w0", "w1"])
        #expect(assigned(round, "b") == ["w2", "w3"])
    }

    @Test func `two submitters' jobs share the workers evenly from the start`() {
        let round = AssignmentRound(
            waiting: [waiting("a", 1, 8, by: "ann", at: 1), waiting("b", 1, 8, by: "bob", at: 2)],
            workers: workers(6))
        #expect(assigned(round, "a").count == 3 && assigned(round, "b").count == 3)
    }

    @Test func `the queue goes by priority, then by age`() {
        let jobs = [
            waiting("old", 1, 1, at: 1), waiting("urgent", 1, 1, priority: 5, at: 3),
            waiting("young", 1, 1, at: 2),
        ]
        let round = AssignmentRound(waiting: jobs, workers: workers(2))
        #expect(assigned(round, "urgent") == ["w0"] && assigned(round, "old") == ["w1"])
        #expect(assigned(round, "young").isEmpty)
    }

    @Test func `a job of higher priority shrinks one of lower to its minimum`() throws {
        let round = AssignmentRound(
            waiting: [waiting("urgent", 1, 8, priority: 1)],
            running: [running("low", 2, 8, on: ["w0", "w1", "w2", "w3"])],
            workers: workers(4, taken: [["w0", "w1", "w2", "w3"]]))
        let concession = try #require(round.concessions["low"])
        #expect(concession.workerIDs == ["w2", "w3"] && concession.minimumSeconds == nil)
        #expect(concession.reason == "priority 1 for job urgent")
    }

    @Test func `it displaces one only where its own minimum needs that`() throws {
        let round = AssignmentRound(
            waiting: [waiting("urgent", 3, 8, priority: 1)],
            running: [running("low", 2, 8, on: ["w0", "w1", "w2", "w3"])],
            workers: workers(4, taken: [["w0", "w1", "w2", "w3"]]))
        #expect(try #require(round.concessions["low"]).workerIDs == ["w0", "w1", "w2", "w3"])
    }

    @Test func `nobody gives anything up for a job of lower priority, nor for the submitter's own next`() {
        for next in [waiting("low", 1, 4, by: "bob", priority: -1), waiting("next", 1, 4, at: 5)] {
            let round = AssignmentRound(
                waiting: [next], running: [running("now", 1, 8, on: ["w0", "w1"])],
                workers: workers(2, taken: [["w0", "w1"]]))
            #expect(round.concessions.isEmpty, "\(next.jobID)")
        }
    }

    @Test func `another submitter's job gets half, and then nobody moves`() throws {
        let all = ["w0", "w1", "w2", "w3"]
        let round = AssignmentRound(
            waiting: [waiting("b", 1, 8, by: "bob")], running: [running("a", 1, 8, on: all)],
            workers: workers(4, taken: [all]))
        #expect(try #require(round.concessions["a"]).workerIDs == ["w2", "w3"])
        // Whoever has used more: what is even stays as it is.
        for use in [["ann": 100.0, "bob": 1], ["ann": 1, "bob": 100]] {
            let after = AssignmentRound(
                waiting: [],
                running: [
                    running("a", 1, 8, on: ["w0", "w1"]),
                    running("b", 1, 8, on: ["w2", "w3", "w4"], by: "bob"),
                ],
                workers: workers(5, taken: [["w0", "w1", "w2", "w3", "w4"]]), use: use)
            #expect(after.concessions.isEmpty)
        }
    }

    @Test func `jobs that exclude each other take turns, the one that has used less first`() throws {
        func round(_ use: [String: Double]) -> AssignmentRound {
            AssignmentRound(
                waiting: [waiting("b", 2, 2, by: "bob")], running: [running("a", 2, 2, on: ["w0", "w1"])],
                workers: workers(2, taken: [["w0", "w1"]]), use: use, timeSlice: 7)
        }
        let concession = try #require(round(["ann": 50, "bob": 10]).concessions["a"])
        #expect(concession.workerIDs == ["w0", "w1"] && concession.minimumSeconds == 7)
        #expect(round(["ann": 10, "bob": 50]).concessions.isEmpty)
    }

    @Test func `waiting raises a job to the highest priority there is, and no further`() {
        func round(_ waited: Double, _ top: Int) -> AssignmentRound {
            AssignmentRound(
                waiting: [waiting("low", 1, 1, by: "bob", priority: -3, waited: waited)],
                running: [running("top", 1, 1, on: ["w0"], priority: top)],
                workers: workers(1, taken: [["w0"]]), use: ["ann": 1])
        }
        #expect(round(AssignmentRound.secondsPerPriority * 4, 2).concessions.isEmpty)
        #expect(round(AssignmentRound.secondsPerPriority * 5, 2).concessions["top"] != nil)
        #expect(round(.infinity, 2).concessions["top"]?.minimumSeconds != nil, "an equal, not more")
    }

    @Test func `drained workers are nobody's, and a job that needs them waits`() {
        let round = AssignmentRound(
            waiting: [waiting("a", 2, 2, at: 1), waiting("b", 1, 1, at: 2)],
            workers: workers(2, drained: ["w1"]))
        #expect(assigned(round, "b") == ["w0"])
        guard case .waiting? = round.decisions.first?.decision else {
            Issue.record("a job must not be given up for a host that is being maintained")
            return
        }
    }

    @Test func `idle workers join only where nobody waits for them`() {
        let job = running("a", 1, 8, on: ["w0"], at: 1)
        func joiners(_ waiting: [WaitingJob]) -> [String] {
            AssignmentRound(waiting: waiting, running: [job], workers: workers(3, taken: [["w0"]]))
                .joiners["a"]?.map(\.workerID) ?? []
        }
        #expect(joiners([]) == ["w1", "w2"])
        #expect(joiners([waiting("b", 3, 3, at: 2)]).isEmpty)
        #expect(joiners([waiting("b", 9, 9, at: 2)]) == ["w1", "w2"], "the cluster is too small for b")
    }

    @Test func `use halves in an hour`() throws {
        var ledger = ShareLedger()
        ledger.charge(["ann": 2], seconds: 100)
        #expect(ledger.use == ["ann": 200])
        ledger.charge([:], seconds: ShareLedger.halfLife)
        #expect(ledger.use == ["ann": 100])
        ledger.charge(["bob": 1], seconds: -5)
        #expect(ledger.use == ["ann": 100])
        ledger.charge([:], seconds: 1e9)
        #expect(ledger.use.isEmpty)
    }
}
