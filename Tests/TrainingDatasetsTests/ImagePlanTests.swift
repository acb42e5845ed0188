import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct ImagePlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A shard of `count` grey images whose labels take turns.
    func shard(_ name: String, _ count: Int, labels: [String] = ["0", "1", "2"], from first: Int = 0) throws {
        var files: [(name: String, bytes: [UInt8])] = []
        for number in first..<(first + count) {
            files.append(("\(number).png", png(UInt8(number % 256), size: 4 + number / 256)))
            files.append(("\(number).cls", Array(labels[number % labels.count].utf8)))
        }
        try folder.write(Tar.archive(files), name)
    }

    func images(
        _ paths: [String] = ["a.tar"], validation: String? = nil, fraction: Double = 0, perLabel: Int? = nil,
        seed: UInt64 = 0
    ) -> JobSpecification {
        var images = job(
            validation: validation, validationFraction: fraction, seed: seed, format: .webdataset)
        images.tasks[0].kind = .imageClassification
        images.tasks[0].train = DataFileSpecification(
            paths: paths, format: .webdataset, limitPerLabel: perLabel)
        return images
    }

    func plan(_ job: JobSpecification) throws -> (plan: DatasetPlan, shards: [PlannedShard]) {
        try DatasetPlanner.plan(job, files: files(job, in: folder.url))
    }

    func samples(_ shards: [PlannedShard], _ split: DataSplit) throws -> [Sample] {
        try shards.filter { $0.split == split }.flatMap { try ShardCodec.decode($0.bytes) }
            .sorted { $0.index < $1.index }
    }

    @Test func shardsAreOneFile() throws {
        try shard("a.tar", 10)
        try shard("b.tar", 5, from: 10)
        try folder.write("cat\ndog\ncow\n", "names.txt")
        var images = images(["a.tar", "b.tar"])
        images.tasks[0].classNames = "names.txt"
        let (plan, shards) = try plan(images)
        #expect(plan.tasks[0].labels == ["cat", "cow", "dog"])
        #expect(plan.tasks[0].columns == nil)
        let train = try samples(shards, .train)
        #expect(train.map(\.payload) == (0..<15).map { .image(png(UInt8($0))) })
        #expect(train.map(\.label) == (0..<15).map { [0, 2, 1][$0 % 3] })
    }

    @Test func limitsPerLabelAreNestedAndEven() throws {
        try shard("a.tar", 90)
        var earlier: Set<Int> = []
        for limit in [1, 3, 10, 30, 40] {
            let (plan, shards) = try plan(images(perLabel: limit, seed: 4))
            let train = try samples(shards, .train)
            #expect(plan.tasks[0].trainCount == 3 * min(limit, 30))
            for label in 0..<3 { #expect(train.count { $0.label == label } == min(limit, 30)) }
            let all = (0..<90).map { SamplePayload.image(png(UInt8($0))) }
            let drawn = Set(train.compactMap { all.firstIndex(of: $0.payload) })
            #expect(drawn.isSuperset(of: earlier))
            earlier = drawn
        }
        let other = try samples(plan(images(perLabel: 3, seed: 5)).shards, .train)
        #expect(try other != samples(plan(images(perLabel: 3, seed: 4)).shards, .train))
    }

    @Test func classesChooseRowsInEverySplit() throws {
        try shard("a.tar", 30, labels: ["cat", "dog", "cow"])
        try shard("b.tar", 12, labels: ["cow", "fly", "cat", "dog"])
        var some = images(validation: "b.tar")
        some.tasks[0].classes = ["dog", "cow"]
        let (plan, _) = try plan(some)
        #expect(plan.tasks[0].labels == ["cow", "dog"])
        #expect(plan.tasks[0].trainCount == 20 && plan.tasks[0].validationCount == 6)
        some.tasks[0].classes = ["dog", "elk"]
        let error = #expect(throws: DatasetError.self) { try self.plan(some) }
        #expect(error?.code == .unknownLabel && error?.message.contains("\"elk\"") == true)
        some.tasks[0].classes = ["elk", "emu"]
        #expect(throws: DatasetError.self) { try self.plan(some) }
    }

    @Test func equalImagesStayOnOneSide() throws {
        try shard("a.tar", 300)
        try shard("b.tar", 300)
        let (plan, shards) = try plan(images(["a.tar", "b.tar"], fraction: 0.3))
        let train = try samples(shards, .train).map(\.payload.bytes)
        let validation = try samples(shards, .validation).map(\.payload.bytes)
        #expect(Set(train).isDisjoint(with: validation))
        #expect(plan.tasks[0].trainCount + plan.tasks[0].validationCount == 600)
        #expect((120...240).contains(validation.count))
    }

    /// Lanes whose images fill a shard's bytes have parts.
    @Test func shardsAreBoundedInBytes() throws {
        var writer = LaneWriter(
            task: 0, split: .train, laneCount: 2, classCount: 1, samplesPerShard: 100, bytesPerShard: 1_000)
        var shards: [PlannedShard] = []
        for size in [400, 10, 700, 10, 10, 10, 5_000, 10] {
            try writer.add(payload: .image([UInt8](repeating: 7, count: size)), label: 0) {
                shards.append($0)
            }
        }
        _ = try writer.finish { shards.append($0) }
        #expect(shards.filter { $0.lane == 0 }.map(\.samples) == [2, 2])
        #expect(shards.filter { $0.lane == 0 }.map(\.part) == [0, 1])
        #expect(shards.filter { $0.lane == 1 }.map(\.samples) == [4])
        #expect(DatasetPlanner.bytesPerShard(laneCount: 8) == 8 << 20)
        #expect(DatasetPlanner.bytesPerShard(laneCount: 1_024) == 256 << 10)
    }

    @Test func validationNamesTheDamagedImage() throws {
        var damaged = png(9)
        damaged.removeLast(20)
        try folder.write(
            Tar.archive([
                ("7.png", png(1)), ("7.cls", [48]), ("8.png", damaged), ("8.cls", [49]),
            ]), "a.tar")
        let found = JobValidator.validate(images(), relativeTo: folder.url).filter {
            $0.keyPath == "tasks[0].train"
        }
        #expect(found.count == 1)
        #expect(found.first?.message.hasPrefix("a.tar, sample 8: The image ") == true, "\(found)")
    }

    @Test func validationReadsAFolderAsItLies() throws {
        for label in ["cat", "dog"] {
            for number in 0..<8 { try folder.write(png(UInt8(number)), "set/\(label)/\(number).png") }
        }
        var images = images(["set"])
        images.tasks[0].train.format = .folder
        func found() -> [JobProblem] {
            JobValidator.validate(images, relativeTo: folder.url).filter { $0.keyPath.hasPrefix("tasks") }
        }
        #expect(found() == [])
        try folder.write("GIF89a", "set/dog/9.png")
        #expect(found().first?.message.hasPrefix("set, sample dog/9.png: The image is neither") == true)
    }

    @Test func validationNamesTheClassNames() throws {
        try shard("a.tar", 9)
        var images = images()
        images.tasks[0].classNames = "gone.txt"
        let found = JobValidator.validate(images, relativeTo: folder.url)
        #expect(found.contains { $0.keyPath == "tasks[0].class_names" && $0.message.contains("gone.txt") })
        try folder.write("cat\ndog\n", "gone.txt")
        let short = JobValidator.validate(images, relativeTo: folder.url)
        #expect(short.contains { $0.keyPath == "tasks[0].train" && $0.message.contains("sample 2") })
        images.tasks[0].classNames = nil
        images.tasks[0].train.limitPerLabel = 4
        let few = JobValidator.validate(images, relativeTo: folder.url)
        #expect(few.contains { $0.keyPath == "tasks[0].train.limit_per_label" && $0.severity == .warning })
    }
}
