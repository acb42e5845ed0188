import Testing
import TrainingJobs

@testable import JobScheduling

@Suite struct WorkerAssignmentTests {
    private func chosen(_ outcome: AssignmentOutcome) -> [MemberAssignment] {
        if case .assigned(let members) = outcome { members } else { [] }
    }

    @Test(arguments: [(1, 8), (2, 8), (3, 8), (5, 8), (7, 8), (8, 8), (3, 16), (4, 4)])
    func `every lane has one owner and owners differ by one lane at most`(members: Int, lanes: Int) {
        let parts = (0..<members).map {
            LanePartition.lanes(rank: $0, memberCount: members, laneCount: lanes)
        }
        #expect(parts.flatMap { Array($0) } == Array(0..<lanes))
        let counts = parts.map(\.count)
        #expect(counts.max()! - counts.min()! <= 1)
        #expect(counts.min()! >= 1)
    }

    @Test func `ranks follow worker ids whatever order workers come in`() {
        let workers = JobFixture.candidates(4)
        let range = WorkerRange(minimum: 1, maximum: 8)
        let forward = WorkerAssignment.choose(from: workers, range: range, laneCount: 8)
        let backward = WorkerAssignment.choose(from: workers.reversed(), range: range, laneCount: 8)
        #expect(forward == backward)
        #expect(chosen(forward).map(\.workerID) == ["w0", "w1", "w2", "w3"])
        #expect(chosen(forward).map(\.rank) == [0, 1, 2, 3])
        #expect(chosen(forward)[1].lanes == [2, 3])
    }

    @Test func `no more members than the maximum or the lanes`() {
        let range = WorkerRange(minimum: 1, maximum: 3)
        #expect(
            chosen(WorkerAssignment.choose(from: JobFixture.candidates(5), range: range, laneCount: 8)).count
                == 3)
        #expect(
            chosen(WorkerAssignment.choose(from: JobFixture.candidates(5), range: range, laneCount: 2)).count
                == 2)
    }

    @Test func `fewer lanes than the minimum is no reason to wait for ever`() {
        let range = WorkerRange(minimum: 4, maximum: 8)
        #expect(
            chosen(WorkerAssignment.choose(from: JobFixture.candidates(2), range: range, laneCount: 2)).count
                == 2)
    }

    @Test func `the family that most workers are of is taken`() {
        let mixed =
            JobFixture.candidates(2, family: "a") + [
                WorkerCandidate(workerID: "x", name: "x", endpoint: "", kernelFamily: "b")
            ]
        let members = chosen(
            WorkerAssignment.choose(from: mixed, range: WorkerRange(minimum: 1, maximum: 8), laneCount: 8))
        #expect(members.map(\.kernelFamily) == ["a", "a"])
    }

    @Test func `of two families of one size the first by name is taken`() {
        let mixed = ["b", "a"].map { WorkerCandidate(workerID: $0, name: $0, endpoint: "", kernelFamily: $0) }
        #expect(WorkerAssignment.majorityFamily(of: mixed) == "a")
    }

    @Test func `a job keeps its family and says what it waits for`() {
        let outcome = WorkerAssignment.choose(
            from: JobFixture.candidates(3, family: "new"), range: WorkerRange(minimum: 1, maximum: 8),
            laneCount: 8,
            requiredFamily: "old")
        guard case .waiting(let text) = outcome else {
            Issue.record("assigned to another family")
            return
        }
        #expect(text.contains("old"))
        #expect(text.contains("3 free of another family"))
    }

    @Test func `too few workers wait`() {
        let outcome = WorkerAssignment.choose(
            from: JobFixture.candidates(1), range: WorkerRange(minimum: 2, maximum: 8), laneCount: 8)
        #expect(outcome == .waiting("waiting for 2 workers of kernel family openblas/Haswell, 1 free"))
        let none = WorkerAssignment.choose(from: [], range: WorkerRange(), laneCount: 8)
        #expect(none == .waiting("waiting for 1 worker, none is free"))
    }
}
