import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

/// What labels a target file has; none of it may show in a plan.
enum TargetLabels: String, CaseIterable {
    case right, shuffled, garbage, empty, absent

    /// Of sample `number`; `nil`: the sample has none.
    func label(_ number: Int) -> String? {
        switch self {
        case .right: ["cat", "dog"][number % 2]
        case .shuffled: ["dog", "cat"][(number / 3) % 2]
        case .garbage: "9\(number * 7 % 5)?"
        case .empty: ""
        case .absent: nil
        }
    }
}

/// A way to write target data.
enum TargetFormat: String, CaseIterable {
    case csv, tsv, jsonl, numbers, webdataset, idx, folder, packed

    var kind: TaskKind {
        switch self {
        case .csv, .tsv, .jsonl: .textClassification
        case .numbers: .tableClassification
        case .webdataset, .idx, .folder, .packed: .imageClassification
        }
    }
}

@Suite struct TargetPlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A job whose target and target test data, of 7 and 5 samples, were written in a format.
    func job(_ format: TargetFormat, labels: TargetLabels = .right, limit: Int? = nil) throws
        -> JobSpecification
    {
        var job = TrainingDatasetsTests.job()
        job.tasks[0].kind = format.kind
        job.adaptation = AdaptationSpecification(method: .none)
        job.tasks[0].train = try source(format.kind, count: 8, from: 0, "train")
        job.tasks[0].targetTest = try source(format.kind, count: 5, from: 200, "judge")
        job.tasks[0].target = try target(format, labels)
        job.tasks[0].target?.limit = limit
        return job
    }

    private func source(_ kind: TaskKind, count: Int, from first: Int, _ name: String) throws
        -> DataFileSpecification
    {
        let numbers = first..<(first + count)
        func label(_ number: Int) -> String { ["cat", "dog"][number % 2] }
        switch kind {
        case .textClassification:
            let rows = numbers.map { "text \($0),\(label($0))\n" }.joined()
            try folder.write("text,label\n" + rows, "\(name).csv")
        case .tableClassification:
            let rows = numbers.map { "\($0),\(label($0)),\(-$0)\n" }.joined()
            try folder.write("a,label,b\n" + rows, "\(name).csv")
        case .imageClassification:
            let files = numbers.flatMap { number in
                [("\(number).png", png(UInt8(number))), ("\(number).cls", Array(label(number).utf8))]
            }
            try folder.write(Tar.archive(files), "\(name).tar")
            return DataFileSpecification(path: "\(name).tar", format: .webdataset)
        }
        return DataFileSpecification(path: "\(name).csv", format: .csv)
    }

    private func target(_ format: TargetFormat, _ labels: TargetLabels) throws -> DataFileSpecification {
        let numbers = 100..<107
        let name = "target-\(format.rawValue)-\(labels.rawValue)"
        let hasColumn = labels != .absent
        func label(_ number: Int) -> String { labels.label(number) ?? "" }
        switch format {
        case .csv, .tsv:
            let gap = format == .csv ? "," : "\t"
            let rows = numbers.map { (hasColumn ? label($0) + gap : "") + "text \($0)\n" }.joined()
            try folder.write((hasColumn ? "label" + gap : "") + "text\n" + rows, name)
            return DataFileSpecification(path: name, format: format == .csv ? .csv : .tsv)
        case .jsonl:
            let rows = numbers.map { number in
                let value = labels == .garbage ? "[null, {}]" : "\"\(label(number))\""
                return "{\"text\": \"text \(number)\"" + (hasColumn ? ", \"label\": \(value)}\n" : "}\n")
            }
            try folder.write(rows.joined(), name)
            return DataFileSpecification(path: name, format: .jsonl)
        case .numbers:
            let rows = numbers.map { "\(-$0),\($0)" + (hasColumn ? ",\(label($0))\n" : "\n") }.joined()
            try folder.write("b,a" + (hasColumn ? ",label\n" : "\n") + rows, name)
            return DataFileSpecification(path: name, format: .csv)
        case .webdataset:
            let files = numbers.flatMap { number in
                [("\(number).png", png(UInt8(number)))]
                    + (hasColumn
                        ? [("\(number).cls", labels == .garbage ? [0xFF] : Array(label(number).utf8))] : [])
            }
            try folder.write(Tar.archive(files), name)
            return DataFileSpecification(path: name, format: .webdataset)
        case .idx:
            let pixels = numbers.flatMap { [UInt8](repeating: UInt8($0), count: 4) }
            try folder.write([0, 0, 8, 3, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 2] + pixels, "\(name)-images")
            if labels == .garbage { try folder.write("no IDX file", "\(name)-labels") }
            return DataFileSpecification(
                path: "\(name)-images", format: .idx, labels: hasColumn ? "\(name)-labels" : nil)
        case .folder, .packed:
            for number in numbers {
                let place = label(number).isEmpty ? "" : label(number).replacing("?", with: "") + "/"
                try folder.write(png(UInt8(number)), "\(name)/\(place)\(number).png")
            }
            return DataFileSpecification(path: name, format: .folder)
        }
    }

    /// As the coordinator plans: folders come packed there.
    func plan(_ job: JobSpecification, packed: Bool = false) throws -> (
        plan: DatasetPlan, shards: [PlannedShard]
    ) {
        var files = files(job, in: folder.url)
        let path = "tasks/topic/target-000000.tar"
        if packed, let source = files[path] {
            let archive = folder.url.appendingPathComponent("packed.tar")
            try ImageFolderArchive.write(source, name: "target", isLabelled: false, to: archive)
            let entries = try WebDatasetReader.entries(of: archive)
            #expect(entries.allSatisfy { Array($0.files.keys) == ["png"] })
            files[path] = archive
        }
        return try DatasetPlanner.plan(job, files: files)
    }

    func samples(_ shards: [PlannedShard], _ split: DataSplit) throws -> [Sample] {
        try shards.filter { $0.split == split }.flatMap { try ShardCodec.decode($0.bytes) }
            .sorted { $0.index < $1.index }
    }

    @Test(arguments: TargetFormat.allCases, [nil, 3])
    func labelsOfTargetAreNeverRead(format: TargetFormat, limit: Int?) throws {
        let right = try plan(job(format, limit: limit), packed: format == .packed)
        #expect(right.plan.tasks[0].targetCount == limit ?? 7)
        #expect(right.plan.tasks[0].targetTestCount == 5)
        let target = try samples(right.shards, .target)
        #expect(target.count == limit ?? 7 && target.allSatisfy { $0.label == Sample.unreadLabel })
        #expect(Set(target.map(\.payload.bytes)).count == target.count)
        for labels in TargetLabels.allCases {
            let other = try plan(job(format, labels: labels, limit: limit), packed: format == .packed)
            #expect(other.plan == right.plan, "\(labels)")
            #expect(other.shards == right.shards, "\(labels)")
        }
    }

    /// The archive that travels says no more than the folder's plan does.
    @Test func aFolderAndItsArchiveAreThePlan() throws {
        let job = try job(.folder)
        let (lying, packed) = (try plan(job), try plan(job, packed: true))
        #expect(lying.plan == packed.plan && lying.shards == packed.shards)
    }

    @Test(arguments: TargetFormat.allCases) func splitsKeepApart(format: TargetFormat) throws {
        let whole = try job(format)
        let (plan, shards) = try plan(whole)
        func payloads(_ split: DataSplit) throws -> Set<[UInt8]> {
            Set(try samples(shards, split).map(\.payload.bytes))
        }
        let (train, target) = (try payloads(.train), try payloads(.target))
        let judge = try payloads(.targetTest)
        #expect(train.count == 8 && target.count == 7 && judge.count == 5)
        #expect(train.isDisjoint(with: target) && judge.isDisjoint(with: train.union(target)))
        #expect(try samples(shards, .targetTest).map(\.label) == (200..<205).map { $0 % 2 })
        #expect(plan.tasks[0].labels == ["cat", "dog"] && plan.tasks[0].trainCount == 8)

        // What is judged by leaves no trace in what is learnt from, nor does the target in the source's statistics.
        var unjudged = whole
        unjudged.tasks[0].targetTest = nil
        let other = try self.plan(unjudged)
        for split in [DataSplit.train, .validation, .test, .target] {
            #expect(other.shards.filter { $0.split == split } == shards.filter { $0.split == split })
        }
        unjudged.tasks[0].target = nil
        let alone = try self.plan(unjudged)
        #expect(alone.shards == shards.filter { $0.split == .train })
        #expect(alone.plan.tasks[0].columns == plan.tasks[0].columns)
        #expect(alone.plan.tasks[0].targetCount == nil && alone.plan.tasks[0].targetTestCount == nil)
    }

    @Test(arguments: [1, 3, 4, 5, 16]) func targetGoesToTheLanesAsTrainDoes(lanes: Int) throws {
        var job = try job(.csv)
        job.training.microBatches = lanes
        let (plan, shards) = try plan(job)
        for split in [DataSplit.train, .target, .targetTest] {
            let found = try samples(shards, split)
            #expect(found.map(\.index) == Array(0..<plan.tasks[0].count(of: split)))
            for lane in 0..<lanes {
                let held = shards.filter { $0.split == split && $0.lane == lane }
                #expect(held.reduce(0) { $0 + $1.samples } == plan.laneLength(lane, of: split))
                for shard in held {
                    #expect(try ShardCodec.decode(shard.bytes).allSatisfy { $0.index % lanes == lane })
                }
            }
        }
    }

    /// Classes come from the source alone; a filter of classes holds where labels are read.
    @Test func classesComeFromTheSource() throws {
        try folder.write("text,label\na,cat\nb,dog\nc,cow\n", "train.csv")
        try folder.write("text,label\nd,emu\ne,cow\n", "target.csv")
        try folder.write("text,label\nf,cow\ng,dog\nh,cat\n", "judge.csv")
        var job = TrainingDatasetsTests.job()
        job.tasks[0].classes = ["cat", "dog"]
        job.tasks[0].target = DataFileSpecification(path: "target.csv", format: .csv)
        job.tasks[0].targetTest = DataFileSpecification(path: "judge.csv", format: .csv)
        let (plan, shards) = try plan(job)
        #expect(plan.tasks[0].labels == ["cat", "dog"])
        #expect(try samples(shards, .target).map(\.payload.text) == ["d", "e"])
        #expect(try samples(shards, .targetTest).map(\.payload.text) == ["g", "h"])
        #expect(try samples(shards, .targetTest).map(\.label) == [1, 0])
        job.tasks[0].classes = nil
        try folder.write("text,label\nf,emu\n", "judge.csv")
        let error = #expect(throws: DatasetError.self) { try self.plan(job) }
        #expect(error?.code == .unknownLabel && error?.file == "judge.csv")
    }

    /// Hashes computed apart, by hashlib: SHA-256 over name, labels and each split's digest, lengths first.
    @Test func hashesAreWhatTheyWere() throws {
        try folder.write("text,label\na,0\nb,1\n", "train.csv")
        try folder.write("text,label\nc,1\n", "test.csv")
        try folder.write("label,text\n1,d\n1,e\n", "target.csv")
        var job = TrainingDatasetsTests.job(test: "test.csv")
        #expect(
            try plan(job).plan.contentHash
                == "323b8df04b666f1891d87f5b203c99456a98f6cb20870d0aea784eff0e43098d")
        job.tasks[0].target = DataFileSpecification(path: "target.csv", format: .csv)
        #expect(
            try plan(job).plan.contentHash
                == "0d03e48a6eb407dec4ba6384aa85b95b783944d70e6e49fc14a03c5de7955a06")
    }

    @Test func unusableTargetDataAreNamed() throws {
        var job = try job(.csv)
        try folder.write("text,label\n", "none.csv")
        try folder.write("label,words\ncat,a\n", "words.csv")
        job.tasks[0].target?.paths = ["none.csv"]
        let empty = #expect(throws: DatasetError.self) { try plan(job) }
        #expect(empty?.code == .emptyData && empty?.file == "none.csv")
        job.tasks[0].target?.paths = ["words.csv"]
        let column = #expect(throws: DatasetError.self) { try plan(job) }
        #expect(column?.code == .missingColumn && column?.message.contains("\"text\"") == true)
        var pictures = try self.job(.folder)
        try folder.write("x", "bare/cat/notes.txt")
        pictures.tasks[0].target?.paths = ["bare"]
        let bare = #expect(throws: DatasetError.self) { try plan(pictures) }
        #expect(bare?.code == .emptyData && bare?.file == "bare")
    }

    @Test func validationWarnsOfLanesWithoutTarget() throws {
        func warnings(_ job: JobSpecification) -> [JobProblem] {
            JobValidator.validate(job, relativeTo: folder.url).filter {
                $0.keyPath.hasPrefix("tasks[0].target")
            }
        }
        var job = try job(.csv, labels: .garbage)
        #expect(warnings(job) == [])
        job.training.microBatches = 8
        job.training.batch = 8
        #expect(warnings(job).map(\.keyPath) == ["tasks[0].target"])
        #expect(warnings(job).first?.severity == .warning)
        #expect(warnings(job).first?.message.contains("7 target samples for 8 micro-batches") == true)
        try folder.write("text,label\nz,emu\n", "judge.csv")
        #expect(warnings(job).map(\.keyPath) == ["tasks[0].target", "tasks[0].target_test"])
    }
}
