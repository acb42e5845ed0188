import Testing
import TrainingJobs

@testable import JobScheduling

/// Whole clusters over simulated time: jobs of one-second segments, generations that settle as the driver's do.
struct SharedCluster {
    struct Job {
        var id: String
        var submitter: String
        var priority = 0
        var range: WorkerRange
        /// Worker-seconds.
        var work: Double
        var arrival = 0
        var members: [String] = []
        var waitedSince = 0
        var generationStart = 0
        var turnStart = 0
        var waited = 0
        var finished: Int?
        var generations = 0
        var served = 0.0
    }

    var jobs: [Job]
    let workerCount: Int
    var ledger = ShareLedger()
    var time = 0
    /// Most jobs that ever ran at once.
    var mostAtOnce = 0

    init(workers: Int, _ jobs: [Job]) {
        workerCount = workers
        self.jobs = jobs
    }

    mutating func run(seconds: Int) throws {
        for _ in 0..<seconds where jobs.contains(where: { $0.finished == nil }) { try step() }
    }

    private var isActive: (Job) -> Bool { { [time] in $0.arrival <= time && $0.finished == nil } }

    private func round() -> AssignmentRound {
        let taken = Set(jobs.flatMap(\.members))
        let active = jobs.filter(isActive)
        return AssignmentRound(
            waiting: active.filter(\.members.isEmpty).map {
                WaitingJob(
                    jobID: $0.id, submitter: $0.submitter, priority: $0.priority, submittedAt: $0.arrival,
                    waitedSeconds: Double(time - max($0.arrival, $0.waitedSince)), range: $0.range,
                    laneCount: 16)
            },
            running: active.filter { !$0.members.isEmpty }.map {
                RunningJob(
                    jobID: $0.id, submitter: $0.submitter, priority: $0.priority, submittedAt: $0.arrival,
                    waitedSeconds: Double(time - $0.turnStart) < Concession.timeSlice ? Double($0.waited) : 0,
                    range: $0.range, laneCount: 16, kernelFamily: "openblas/Haswell", memberIDs: $0.members)
            },
            workers: JobFixture.candidates(workerCount).map {
                LiveWorker(candidate: $0, isFree: !taken.contains($0.workerID))
            }, use: ledger.use)
    }

    private mutating func assign() throws {
        for (id, decision) in round().decisions {
            guard case .assigned(let members) = decision, let index = jobs.firstIndex(where: { $0.id == id })
            else { continue }
            let taken = Set(jobs.flatMap(\.members))
            try #require(taken.isDisjoint(with: members.map(\.workerID)), "a worker was given away twice")
            try #require(members.count >= jobs[index].range.minimum)
            jobs[index].members = members.map(\.workerID)
            jobs[index].generationStart = time
            jobs[index].turnStart = time
            jobs[index].waited = time - max(jobs[index].arrival, jobs[index].waitedSince)
            jobs[index].generations += 1
        }
    }

    /// A second: every job ends a segment.
    private mutating func step() throws {
        try assign()
        mostAtOnce = max(mostAtOnce, jobs.count { !$0.members.isEmpty })
        var charges: [String: Int] = [:]
        for job in jobs { charges[job.submitter, default: 0] += job.members.count }
        ledger.charge(charges, seconds: 1)
        time += 1
        for index in jobs.indices where !jobs[index].members.isEmpty {
            jobs[index].served += Double(jobs[index].members.count)
            jobs[index].work -= Double(jobs[index].members.count)
            if jobs[index].work <= 0 {
                jobs[index].finished = time
                jobs[index].members = []
            } else {
                try endSegment(index)
            }
        }
    }

    private mutating func endSegment(_ index: Int) throws {
        let round = round()
        let age = Double(time - jobs[index].generationStart)
        if let concession = round.concessions[jobs[index].id], age >= concession.minimumSeconds ?? 4 {
            jobs[index].members = []
            jobs[index].waitedSince = time
            try assign()
        } else if let joiners = round.joiners[jobs[index].id], !joiners.isEmpty, age >= 4 {
            jobs[index].members += joiners.map(\.workerID)
            jobs[index].generationStart = time
            jobs[index].generations += 1
        }
    }

    subscript(id: String) -> Job? { jobs.first { $0.id == id } }
}

@Suite struct SharedClusterTests {
    private func job(
        _ id: String, _ submitter: String, _ minimum: Int, _ maximum: Int, work: Double, at arrival: Int = 0,
        priority: Int = 0
    ) -> SharedCluster.Job {
        SharedCluster.Job(
            id: id, submitter: submitter, priority: priority,
            range: WorkerRange(minimum: minimum, maximum: maximum), work: work, arrival: arrival)
    }

    @Test func `submitters' shares even out, whatever each one submits`() throws {
        // Ann sends twenty jobs before Bob sends his only one.
        var jobs = (0..<20).map { job("a\($0)", "ann", 1, 8, work: 10_000, at: $0) }
        jobs.append(job("b", "bob", 1, 8, work: 10_000, at: 100))
        var cluster = SharedCluster(workers: 4, jobs)
        try cluster.run(seconds: 1100)
        let bob = try #require(cluster["b"]?.served)
        #expect((1900...2100).contains(bob), "\(bob) of the 4000 worker-seconds since it came")
        #expect(cluster.jobs.reduce(0) { $0 + $1.generations } < 8, "they settle")
        #expect(cluster.mostAtOnce >= 2)
    }

    @Test func `jobs that exclude each other take turns of a minute`() throws {
        var cluster = SharedCluster(
            workers: 3, [job("a", "ann", 2, 3, work: 1e6), job("b", "bob", 2, 2, work: 1e6, at: 10)])
        try cluster.run(seconds: 2000)
        let (a, b) = (try #require(cluster["a"]), try #require(cluster["b"]))
        // By worker-seconds, not by turns: a has three workers where b has two.
        #expect(abs(a.served - b.served) < 400, "\(a.served) and \(b.served)")
        #expect((5...2000 / 60).contains(a.generations) && (5...2000 / 60).contains(b.generations))
    }

    @Test func `a job of higher priority is done first, and the others' work is not lost`() throws {
        var cluster = SharedCluster(
            workers: 2,
            [job("low", "ann", 2, 2, work: 400), job("high", "bob", 2, 2, work: 100, at: 20, priority: 3)])
        try cluster.run(seconds: 300)
        let (low, high) = (try #require(cluster["low"]), try #require(cluster["high"]))
        #expect(try #require(high.finished) <= 20 + 50 + 5)
        #expect(try #require(low.finished) <= 251 + 5)
        #expect(low.served == 400 && low.generations == 2)
    }

    @Test func `a stream of urgent jobs does not starve one that is not`() throws {
        var jobs = (0..<60).map { job("u\($0)", "ann", 2, 2, work: 100, at: 48 * $0, priority: 1) }
        jobs.append(job("low", "bob", 2, 2, work: 60, at: 5, priority: -2))
        var cluster = SharedCluster(workers: 2, jobs)
        try cluster.run(seconds: 2500)
        let finished = try #require(cluster["low"]?.finished)
        #expect(finished < 2000, "after \(finished) seconds")
        #expect(finished > Int(AssignmentRound.secondsPerPriority) * 3, "but priorities count")
    }

    @Test func `a job below its minimum waits, and runs once the workers are there`() throws {
        var cluster = SharedCluster(
            workers: 3, [job("small", "ann", 1, 1, work: 50), job("large", "ann", 3, 3, work: 30, at: 1)])
        try cluster.run(seconds: 40)
        #expect(cluster["large"]?.generations == 0)
        try cluster.run(seconds: 40)
        #expect(cluster["large"]?.finished != nil)
    }

    @Test(arguments: 1...60)
    func `any mix of jobs comes to its end, with no worker idle that somebody could use`(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        let workers = Int.random(in: 1...6, using: &generator)
        let jobs = (0..<Int.random(in: 2...12, using: &generator)).map { index in
            let minimum = Int.random(in: 1...workers, using: &generator)
            return job(
                "j\(index)", ["ann", "bob", "cyd"].randomElement(using: &generator) ?? "ann", minimum,
                minimum + Int.random(in: 0...3, using: &generator),
                work: Double(Int.random(in: 1...300, using: &generator)),
                at: Int.random(in: 0...100, using: &generator),
                priority: Int.random(in: -2...2, using: &generator))
        }
        var cluster = SharedCluster(workers: workers, jobs)
        try cluster.run(seconds: 6000)
        for job in cluster.jobs {
            #expect(job.finished != nil, "\(job.id) of \(job.submitter) needs \(job.work) more")
            #expect(job.generations < 60)
        }
    }
}
