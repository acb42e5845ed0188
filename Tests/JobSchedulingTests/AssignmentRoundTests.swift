import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct AssignmentRoundTests {
    private func job(_ id: String, _ minimum: Int, _ maximum: Int, excluding: Set<String> = []) -> WaitingJob
    {
        WaitingJob(
            jobID: id, range: WorkerRange(minimum: minimum, maximum: maximum), laneCount: 8,
            excludedWorkerIDs: excluding)
    }

    private func workers(_ count: Int, free: Int) -> [LiveWorker] {
        JobFixture.candidates(count).enumerated().map { LiveWorker(candidate: $1, isFree: $0 < free) }
    }

    private func describe(_ decisions: [(jobID: String, decision: AssignmentRound.Decision)]) -> [String] {
        decisions.map { jobID, decision in
            switch decision {
            case .assigned(let members): "\(jobID): \(members.map(\.workerID).joined(separator: " "))"
            case .waiting: "\(jobID) waits"
            case .impossible: "\(jobID) impossible"
            }
        }
    }

    @Test func `older jobs take first and no worker twice`() {
        let decisions = AssignmentRound.decide(
            jobs: [job("a", 1, 2), job("b", 1, 2)], workers: workers(3, free: 3))
        #expect(describe(decisions) == ["a: w0 w1", "b: w2"])
    }

    @Test func `a job that could be served holds back younger ones`() {
        let decisions = AssignmentRound.decide(
            jobs: [job("a", 3, 3), job("b", 1, 1)], workers: workers(3, free: 2))
        #expect(describe(decisions) == ["a waits", "b waits"])
    }

    @Test func `a job that the cluster is too small for does not`() {
        let decisions = AssignmentRound.decide(
            jobs: [job("a", 9, 9), job("b", 1, 1)], workers: workers(3, free: 2))
        #expect(describe(decisions) == ["a impossible", "b: w0"])
    }

    @Test func `excluded workers do not count`() {
        let decisions = AssignmentRound.decide(
            jobs: [job("a", 2, 2, excluding: ["w0"]), job("b", 1, 1)], workers: workers(2, free: 2))
        #expect(describe(decisions) == ["a impossible", "b: w0"])
    }

    @Test func `after a restart a job waits for as many as it had`() {
        var returning = job("a", 1, 8)
        returning.expectedMembers = 3
        #expect(
            describe(AssignmentRound.decide(jobs: [returning], workers: workers(2, free: 2))) == ["a waits"])
        #expect(
            describe(AssignmentRound.decide(jobs: [returning], workers: workers(3, free: 3))) == [
                "a: w0 w1 w2"
            ])
    }
}
