import Foundation
import Testing

@testable import TrainingJobs

/// A job file of an image task, with what it says of adaptation.
private func images(
    _ adaptation: String?, target: String? = "t.tar", technique: String = "fine-tuning", more: String = "",
    training: String = ""
) -> String {
    """
    name: digits
    backbone: model
    technique: \(technique)
    tasks:
      - name: digit
        kind: image-classification
        train: a.tar
    \(target.map { "    target: \($0)\n" } ?? "")\(more)
    training: {epochs: 2\(training)}
    \(adaptation.map { "adaptation: \($0)\n" } ?? "")
    """
}

/// What a job says of a target domain, and which of it is permitted.
@Suite struct AdaptationTests {
    @Test(
        arguments: [
            ("none", AdaptationSpecification(method: .none)),
            ("dann", AdaptationSpecification(method: .dann)),
            ("{method: none}", AdaptationSpecification(method: .none)),
            (
                "{method: dann, weight: 0.5, hidden: 1}",
                AdaptationSpecification(method: .dann, weight: 0.5, hidden: 1)
            ),
            (
                "{method: cdan, weight: 2, hidden: 4096}",
                AdaptationSpecification(method: .cdan, weight: 2, hidden: 4_096)
            ),
            ("{method: coral, weight: 10}", AdaptationSpecification(method: .coral, weight: 10)),
            ("{method: mmd}", AdaptationSpecification(method: .mmd)),
            ("{method: adabn}", AdaptationSpecification(method: .adabn)),
        ]) func methodsAreRead(text: String, expected: AdaptationSpecification) throws
    {
        let job = try decode(images(text)).specification
        #expect(job.adaptation == expected)
        #expect(job.adaptation?.discriminatorWidth == expected.hidden ?? 256)
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: CanonicalJSON.encode(job)) == job)
    }

    @Test(arguments: TechniqueKind.allCases.filter { $0 != .pretraining }, AdaptationMethod.allCases)
    func techniquesAdapt(technique: TechniqueKind, method: AdaptationMethod) {
        let found = problems(images(method.rawValue, technique: technique.rawValue))
        let isRefused = method == .adabn && technique == .featureExtraction
        #expect(found.map(\.keyPath) == (isRefused ? ["adaptation.method"] : []))
    }

    @Test(
        arguments: [
            ("{weight: 1}", "adaptation.method", "none, dann, cdan, coral, mmd, adabn"),
            ("dan", "adaptation", "Did you mean dann?"),
            ("{method: grl}", "adaptation.method", "permitted: none, dann"),
            ("[dann]", "adaptation", "a mapping"),
            ("{method: dann, weigth: 1}", "adaptation.weigth", "Did you mean weight?"),
            ("{method: dann, weight: 0}", "adaptation.weight", "above 0"),
            ("{method: dann, weight: -1}", "adaptation.weight", "above 0"),
            ("{method: dann, weight: high}", "adaptation.weight", "a number"),
            ("{method: dann, hidden: 0}", "adaptation.hidden", "from 1 to 4096"),
            ("{method: cdan, hidden: 4097}", "adaptation.hidden", "from 1 to 4096"),
            ("{method: cdan, hidden: 2.5}", "adaptation.hidden", "a whole number"),
            ("{method: none, hidden: 8}", "adaptation.hidden", "Only dann and cdan"),
            ("{method: coral, hidden: 8}", "adaptation.hidden", "Only dann and cdan"),
            ("{method: mmd, hidden: 8}", "adaptation.hidden", "mmd has none"),
            ("{method: adabn, hidden: 8}", "adaptation.hidden", "adabn has none"),
        ]) func otherValuesAreNamed(text: String, keyPath: String, part: String)
    {
        let found = problems(images(text))
        #expect(found.map(\.keyPath) == [keyPath])
        #expect(found.first?.message.contains(part) == true, "\(found)")
    }

    @Test(arguments: AdaptationMethod.allCases)
    func aMethodNeedsTarget(method: AdaptationMethod) {
        let found = problems(images(method.rawValue, target: nil))
        #expect(found.map(\.keyPath) == (method == .none ? [] : ["adaptation.method"]))
        #expect(found.allSatisfy { $0.message.contains("tasks[0].target") })
    }

    @Test func targetNeedsAPurpose() {
        let found = problems(images(nil))
        #expect(found.map(\.keyPath) == ["tasks[0].target"])
        #expect(found.first?.message.contains("`adaptation: {method: none}`") == true)
        #expect(problems(images(nil, target: nil, more: "    target_test: e.tar")).isEmpty)
    }

    @Test(arguments: AdaptationMethod.allCases)
    func pretrainingAndMixupDoNotAdapt(method: AdaptationMethod) {
        let pretraining = problems(images(method.rawValue, technique: "pretraining"))
        let mixed = problems(images(method.rawValue, training: ", mixup: 0.2"))
        #expect(pretraining.map(\.keyPath) == (method == .none ? [] : ["adaptation.method"]))
        #expect(pretraining.allSatisfy { $0.message.contains("pretraining") })
        #expect(mixed.map(\.keyPath) == (method == .none ? [] : ["adaptation.method"]))
        #expect(mixed.allSatisfy { $0.message.contains("training.mixup") })
    }

    @Test(arguments: [TaskKind.textClassification, .tableClassification], AdaptationMethod.allCases)
    func adabnIsForImages(kind: TaskKind, method: AdaptationMethod) {
        let found = problems(
            """
            name: topics
            backbone: model
            technique: fine-tuning
            tasks:
              - {name: topic, kind: \(kind.rawValue), train: a.csv, target: b.csv, target_test: c.csv}
            adaptation: {method: \(method.rawValue)}
            """)
        #expect(found.map(\.keyPath) == (method == .adabn ? ["adaptation.method"] : []))
        #expect(found.allSatisfy { $0.message.contains("batch normalisation") })
    }

    @Test(
        arguments: [
            ("{path: t.tar, limit: 5}", []),
            ("{path: t-images-idx3-ubyte, labels: t-labels-idx1-ubyte}", []),
            ("t-images-idx3-ubyte.gz", []),
            ("{path: photos, format: folder}", []),
            ("[t-0.tar, t-1.tar]", []),
            ("{path: t.tar, limit_per_label: 5}", ["tasks[0].target.limit_per_label"]),
            ("{path: t.tar, limit: 0}", ["tasks[0].target.limit"]),
            ("t.csv", ["tasks[0].target"]),
            ("{path: t.tar, labels: x-idx1}", ["tasks[0].target.labels"]),
        ]) func targetIsDataWithoutLabels(target: String, keyPaths: [String])
    {
        #expect(problems(images("none", target: target)).map(\.keyPath) == keyPaths)
    }

    @Test func targetTestHasLabels() {
        func keyPaths(_ file: String) -> [String] {
            problems(images("none", more: "    target_test: \(file)")).map(\.keyPath)
        }
        #expect(keyPaths("{path: e.tar, limit_per_label: 5}") == [])
        #expect(keyPaths("e-images-idx3-ubyte") == ["tasks[0].target_test.labels"])
        #expect(keyPaths("e.csv") == ["tasks[0].target_test"])
    }

    @Test func targetFilesHaveLogicalPaths() throws {
        let text = images(
            "dann", target: "{path: t-images.idx, labels: t-labels.idx}",
            more: "    target_test: {path: e-images.idx, labels: e-labels.idx}")
        let task = try decode(text).specification.tasks[0]
        #expect(task.files.map(\.split) == [.train, .target, .targetTest])
        let files = JobFiles.dataFiles(of: task)
        #expect(
            files.map(\.path) == [
                "tasks/digit/train-000000.tar", "tasks/digit/target-images.idx",
                "tasks/digit/target_test-images.idx", "tasks/digit/target_test-labels.idx",
            ])
        #expect(files.map(\.source) == ["a.tar", "t-images.idx", "e-images.idx", "e-labels.idx"])
        #expect(
            files.map { JobFiles.split(ofDataPath: $0.path) } == [.train, .target, .targetTest, .targetTest])
        #expect(JobFiles.split(ofDataPath: "tasks/target/class_names.txt") == nil)
        #expect(JobFiles.split(ofDataPath: "backbone/target.json") == nil)
    }

    /// Jobs that the release before this one wrote: the same bytes.
    @Test func earlierJobsAreWrittenAsTheyWere() throws {
        let url = try #require(
            Bundle.module.url(forResource: "earlier-jobs", withExtension: "json", subdirectory: "Resources"))
        let earlier = try JSONDecoder().decode([String].self, from: Data(contentsOf: url))
        let texts = [fullJob, smallJob, TaskKindTests.images, TaskKindTests.table]
        #expect(try texts.map { try CanonicalJSON.encode(decode($0).specification) } == earlier)
        for text in earlier {
            let job = try CanonicalJSON.decode(JobSpecification.self, from: text)
            #expect(try CanonicalJSON.encode(job) == text)
        }
    }

    @Test func earlierPlansAndReportsAreRead() throws {
        let plan = """
            {"contentHash":"ab","laneCount":4,"tasks":[{"labels":["a","b"],"name":"t","testCount":1,\
            "trainCount":9,"validationCount":2}]}
            """
        let read = try CanonicalJSON.decode(DatasetPlan.self, from: plan)
        #expect(read.tasks[0].count(of: .target) == 0 && read.laneLength(0, of: .targetTest) == 0)
        #expect(try CanonicalJSON.encode(read) == plan)
        let report = try CanonicalJSON.encode(JobReport(jobID: "1", name: "a"))
        #expect(!report.contains("targetTest"))
        #expect(try CanonicalJSON.decode(JobReport.self, from: report).targetTest == nil)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 41]) func lanesOfTargetAreCountedAsThoseOfTrain(count: Int) {
        let plan = DatasetPlan(
            tasks: [
                DatasetPlan.Task(
                    name: "t", labels: ["a", "b"], trainCount: 10, validationCount: 0, testCount: 0,
                    targetCount: count)
            ], laneCount: 4, contentHash: "")
        let train = StepSchedule(sampleCount: 10, batch: 8, laneCount: 4)
        for lane in 0..<4 {
            #expect(
                plan.laneLength(lane, of: .target)
                    == stride(from: lane, to: count, by: 4).reduce(0) { n, _ in n + 1 })
            #expect(plan.laneLength(lane, of: .train) == train.laneLength(lane))
        }
    }
}
