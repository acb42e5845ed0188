import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct TablePlanTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func table(
        _ train: String = "train.csv", columns: [String]? = nil, test: String? = nil,
        fraction: Double = 0
    ) -> JobSpecification {
        var table = job(train: train, test: test, validationFraction: fraction)
        table.tasks[0].train.format = DataFormat(ofFileNamed: train) ?? .csv
        table.tasks[0].test?.format = test.flatMap { DataFormat(ofFileNamed: $0) } ?? .csv
        table.tasks[0].kind = .tableClassification
        table.tasks[0].columns = columns
        return table
    }

    func plan(_ job: JobSpecification) throws -> (plan: DatasetPlan, shards: [PlannedShard]) {
        try DatasetPlanner.plan(job, files: files(job, in: folder.url))
    }

    func numbers(_ shards: [PlannedShard], _ split: DataSplit) throws -> [[Float]] {
        try shards.filter { $0.split == split }.flatMap { try ShardCodec.decode($0.bytes) }
            .sorted { $0.index < $1.index }.map { sample in
                guard case .numbers(let numbers) = sample.payload else { return [] }
                return numbers
            }
    }

    @Test func columnsAreAllButTheLabel() throws {
        try folder.write("a,label,b\n1,x, -2.5 \n3e2,y,0\n1,x,7\n", "train.csv")
        try folder.write("b\tother\ta\tlabel\n4\tn/a\t5\tx\n", "test.tsv")
        let (plan, shards) = try plan(table(test: "test.tsv"))
        #expect(try numbers(shards, .train) == [[1, -2.5], [300, 0], [1, 7]])
        // The training file's order, whatever that of the others.
        #expect(try numbers(shards, .test) == [[5, 4]])
        let columns = try #require(plan.tasks[0].columns)
        #expect(columns.map(\.name) == ["a", "b"])
        #expect(abs(columns[0].mean - 302.0 / 3) < 1e-4)
        #expect(abs(columns[0].deviation - 140.9499) < 1e-3)
        #expect(columns[1].mean == 1.5)
    }

    @Test func columnsAreThoseNamed() throws {
        try folder.write(
            "{\"id\": \"r1\", \"b\": 2, \"label\": true, \"a\": \"1.5\"}\n"
                + "{\"label\": false, \"b\": 2, \"a\": 0}\n", "train.jsonl")
        let (plan, shards) = try plan(table("train.jsonl", columns: ["b", "a"]))
        #expect(try numbers(shards, .train) == [[2, 1.5], [2, 0]])
        #expect(
            plan.tasks[0].columns == [
                .init(name: "b", mean: 2, deviation: 1), .init(name: "a", mean: 0.75, deviation: 0.75),
            ])
        #expect(throws: DatasetError.self) { try self.plan(table("train.jsonl")) }
    }

    @Test func statisticsAreThoseOfTheTrainingPart() throws {
        try folder.write(
            "x,label\n" + (0..<400).map { "\($0 * 37 % 101),\($0 % 2)\n" }.joined(), "train.csv")
        let (plan, shards) = try plan(table(fraction: 0.3))
        let train = try numbers(shards, .train).map { Double($0[0]) }
        let validation = try numbers(shards, .validation)
        #expect(validation.count == plan.tasks[0].validationCount && !validation.isEmpty)
        let mean = train.reduce(0, +) / Double(train.count)
        let variance = train.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(train.count)
        let column = try #require(plan.tasks[0].columns?.first)
        #expect(abs(Double(column.mean) - mean) < 1e-5)
        #expect(abs(Double(column.deviation) - variance.squareRoot()) < 1e-5)
        // Equal rows are on one side.
        #expect(Set(train).isDisjoint(with: validation.map { Double($0[0]) }))
    }

    @Test(
        arguments: [
            ("a,label\n1,x\n,y\n", .missingValue, "\"a\" is empty", 2),
            ("a,label\n1,x\n  ,y\n", .missingValue, "\"a\" is empty", 2),
            ("a,label\nred,x\n2,y\n", .notANumber, "holds \"red\"", 1),
            ("a,label\n1,x\nnan,y\n", .notANumber, "holds \"nan\"", 2),
            ("a,label\n1,x\n0x10,y\n", .notANumber, "holds \"0x10\"", 2),
            ("a,label\n1,x\n1e39,y\n", .notANumber, "holds \"1e39\"", 2),
            ("a,label\n1,x\n\"1,5\",y\n", .notANumber, "holds \"1,5\"", 2),
            ("a,label\n1,x\n2,\n", .missingValue, "label is empty", 2),
            ("label\nx\ny\n", .missingColumn, "no column to learn from", nil),
            ("a,class\n1,x\n2,y\n", .missingColumn, "no column \"label\"", nil),
            ("", .emptyData, "empty", nil),
        ] as [(String, DatasetError.Code, String, Int?)])
    func badValuesAreNamed(text: String, code: DatasetError.Code, part: String, row: Int?) throws {
        try folder.write(text, "train.csv")
        let error = #expect(throws: DatasetError.self) { try plan(table()) }
        #expect(error?.code == code)
        #expect(error?.row == row)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("train.csv") == true)
    }

    @Test func jsonNullIsAMissingValue() throws {
        try folder.write("{\"a\": 1, \"label\": 1}\n{\"a\": null, \"label\": 2}\n", "train.jsonl")
        let error = #expect(throws: DatasetError.self) { try plan(table("train.jsonl")) }
        #expect(error?.code == .missingValue && error?.row == 2)
    }
}
