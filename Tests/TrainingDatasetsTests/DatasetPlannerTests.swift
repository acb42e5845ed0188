import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct DatasetPlannerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Rows "text i,label" with labels in turn.
    func table(_ count: Int, labels: [String] = ["no", "yes"], prefix: String = "text") -> String {
        "text,label\n" + (0..<count).map { "\(prefix) \($0),\(labels[$0 % labels.count])\n" }.joined()
    }

    func plan(_ job: JobSpecification) throws -> (plan: DatasetPlan, shards: [PlannedShard]) {
        try DatasetPlanner.plan(job, files: files(job, in: folder.url))
    }

    func samples(_ shards: [PlannedShard], _ split: DataSplit) throws -> [Sample] {
        try shards.filter { $0.split == split }.flatMap { try ShardCodec.decode($0.bytes) }
            .sorted { $0.index < $1.index }
    }

    func failure(_ job: JobSpecification) -> DatasetError? {
        #expect(throws: DatasetError.self) { try plan(job) }
    }

    @Test(arguments: [1, 2, 7, 8, 50, 1_000])
    func samplesGoToTheirLanes(count: Int) throws {
        try folder.write(table(count + 1), "train.csv")
        try folder.write(table(5), "dev.csv")
        let (plan, shards) = try plan(job(validation: "dev.csv", test: "dev.csv", microBatches: 8))
        #expect(
            plan.tasks == [
                DatasetPlan.Task(
                    name: "topic", labels: ["no", "yes"], trainCount: count + 1, validationCount: 5,
                    testCount: 5, trainLabelCounts: [count / 2 + 1, (count + 1) / 2])
            ])
        #expect(plan.laneCount == 8)
        for shard in shards {
            let decoded = try ShardCodec.decode(shard.bytes)
            #expect(decoded.count == shard.samples && !decoded.isEmpty)
            #expect(decoded.allSatisfy { $0.index % 8 == shard.lane })
            #expect(decoded.map(\.index) == decoded.map(\.index).sorted())
        }
        let train = try samples(shards, .train)
        #expect(train.map(\.index) == Array(0...count))
        #expect(train.map(\.payload.text) == (0...count).map { "text \($0)" })
        #expect(train.map(\.label) == (0...count).map { $0 % 2 })
        let schedule = StepSchedule(sampleCount: count + 1, batch: 16, laneCount: 8)
        for lane in 0..<8 {
            let held = shards.filter { $0.split == .train && $0.lane == lane }.reduce(0) { $0 + $1.samples }
            #expect(held == schedule.laneLength(lane))
        }
    }

    @Test func largeLanesHaveParts() throws {
        let count = 2 * DatasetPlanner.samplesPerShard * 2 + 10
        try folder.write(table(count), "train.csv")
        let (_, shards) = try plan(job(microBatches: 2))
        #expect(shards.filter { $0.lane == 0 }.map(\.part) == [0, 1, 2])
        #expect(shards.filter { $0.lane == 1 }.map(\.samples) == [4_096, 4_096, 5])
        #expect(try samples(shards, .train).map(\.index) == Array(0..<count))
        #expect(Set(shards.map(\.sha256)).count == shards.count)
    }

    @Test func labelsAreSortedByBytes() throws {
        try folder.write(table(12, labels: ["b", "a", "é", "10", "9", "B"]), "train.csv")
        #expect(try plan(job()).plan.tasks[0].labels == ["10", "9", "B", "a", "b", "é"])
    }

    @Test func limitsAreNestedAndInFileOrder() throws {
        try folder.write(table(500), "train.csv")
        var earlier: Set<String> = []
        for limit in [20, 50, 200, 499, 500, 900] {
            let (plan, shards) = try plan(job(limit: limit, seed: 3))
            let texts = try samples(shards, .train).compactMap(\.payload.text)
            #expect(plan.tasks[0].trainCount == min(limit, 500))
            #expect(texts.count == min(limit, 500))
            #expect(Set(texts).isSuperset(of: earlier))
            let rows = texts.compactMap { Int($0.dropFirst(5)) }
            #expect(rows == rows.sorted())
            earlier = Set(texts)
        }
        let one = try samples(plan(job(limit: 50, seed: 3)).shards, .train)
        #expect(try samples(plan(job(limit: 50, seed: 3)).shards, .train) == one)
        #expect(try samples(plan(job(limit: 50, seed: 4)).shards, .train) != one)
    }

    @Test func limitsDrawEvenly() throws {
        try folder.write(table(100), "train.csv")
        var counts = [Int](repeating: 0, count: 100)
        for seed in 0..<400 {
            for sample in try samples(plan(job(limit: 20, seed: UInt64(seed))).shards, .train) {
                counts[Int(sample.payload.text?.dropFirst(5) ?? "") ?? 0] += 1
            }
        }
        // 80 expected each, with a standard deviation of 8.
        #expect(counts.allSatisfy { (44...116).contains($0) })
    }

    @Test func theValidationPartKeepsEqualTextsTogether() throws {
        let text = table(1_000) + table(1_000).dropFirst("text,label\n".count)
        try folder.write(text, "train.csv")
        let (plan, shards) = try plan(job(validationFraction: 0.2))
        let train = Set(try samples(shards, .train).compactMap(\.payload.text))
        let validation = Set(try samples(shards, .validation).compactMap(\.payload.text))
        #expect(train.isDisjoint(with: validation))
        #expect(train.count + validation.count == 1_000)
        // 400 expected of 2,000, in pairs: a standard deviation of 25.
        #expect((300...500).contains(plan.tasks[0].validationCount))
        #expect(try samples(shards, .validation).map(\.index) == Array(0..<plan.tasks[0].validationCount))
    }

    @Test func theContentHashIsThatOfTheContent() throws {
        try folder.write("text,label\na,0\nb,1\n", "train.csv")
        try folder.write("label\ttext\n0\ta\n1\tb\n", "train.tsv")
        try folder.write("{\"text\":\"a\",\"label\":0}\n{\"text\":\"b\",\"label\":1}\n", "train.jsonl")
        let hash = try plan(job()).plan.contentHash
        #expect(hash.count == 64)
        #expect(try plan(job(train: "train.tsv", microBatches: 2, format: .tsv)).plan.contentHash == hash)
        #expect(try plan(job(train: "train.jsonl", seed: 9, format: .jsonl)).plan.contentHash == hash)
        try folder.write("text,label\nb,1\na,0\n", "train.csv")
        #expect(try plan(job()).plan.contentHash != hash)
    }

    @Test func unusableDataIsNamed() throws {
        try folder.write(table(10), "train.csv")
        try folder.write(table(10, labels: ["same"]), "one.csv")
        try folder.write("text,label\n", "empty.csv")
        try folder.write("text,label\na,no\nb,maybe\n", "other.csv")
        try folder.write("text,label\na,no\nb,\n", "blank.csv")
        try folder.write(table(2_000, labels: (0..<2_000).map(String.init)), "many.csv")

        #expect(failure(job(train: "one.csv"))?.code == .tooFewClasses)
        #expect(failure(job(train: "empty.csv"))?.code == .emptyData)
        #expect(failure(job(train: "many.csv"))?.code == .tooManyClasses)
        #expect(failure(job(train: "missing.csv"))?.code == .unreadableFile)
        #expect(failure(job(validation: "empty.csv"))?.code == .emptyData)
        #expect(failure(job(limit: 1))?.code == .tooFewClasses)
        #expect(failure(job(train: "blank.csv"))?.row == 2)
        for unknown in [failure(job(validation: "other.csv")), failure(job(test: "other.csv"))] {
            #expect(unknown?.code == .unknownLabel)
            #expect(unknown?.row == 2 && unknown?.file == "other.csv")
            #expect(unknown?.message.contains("\"maybe\"") == true)
        }
        try folder.write(table(6, labels: ["a", "b", "c"]), "three.csv")
        #expect(failure(job(train: "three.csv", metric: .f1))?.code == .unsuitableMetric)
        #expect(throws: DatasetError.self) { try DatasetPlanner.plan(job(), files: [:]) }
    }

    @Test func aReceiverThatFailsStopsThePlan() throws {
        struct Full: Error {}
        try folder.write(table(10), "train.csv")
        #expect(throws: Full.self) {
            try DatasetPlanner.plan(job(), files: files(job(), in: folder.url)) { _ in throw Full() }
        }
    }
}
