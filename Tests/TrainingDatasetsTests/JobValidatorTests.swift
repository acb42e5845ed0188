import Foundation
import Testing
import TrainingJobs

@testable import TrainingDatasets

@Suite struct JobValidatorTests {
    let folder: TemporaryFolder

    /// A folder where `job(validation: "dev.csv")` has nothing wrong.
    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            #"{"model_type": "bert", "num_hidden_layers": 6, "max_position_embeddings": 512}"#,
            "model/config.json")
        try folder.write([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "model/model.safetensors")
        try folder.write("[PAD]\n", "model/vocab.txt")
        try folder.write(rows(40), "train.csv")
        try folder.write(rows(10), "dev.csv")
    }

    func rows(_ count: Int) -> String {
        "text,label\n" + (0..<count).map { "text \($0),\($0 % 2)\n" }.joined()
    }

    func problems(_ job: JobSpecification) -> [JobProblem] {
        JobValidator.validate(job, relativeTo: folder.url)
    }

    @Test func aSoundJobHasNone() {
        #expect(problems(job(validation: "dev.csv")) == [])
    }

    @Test(arguments: [GradientExchange.exact, .fast, .fastBF16])
    func aFastExchangeIsWarnedOf(exchange: GradientExchange) {
        var job = job(validation: "dev.csv")
        job.training.exchange = exchange
        let found = problems(job)
        #expect(found.map(\.keyPath) == (exchange == .exact ? [] : ["training.exchange"]))
        #expect(found.allSatisfy { $0.severity == .warning && $0.message.contains("bits are not promised") })
    }

    @Test func problemsHavePlacesInTheJobFile() throws {
        let text = """
            name: a
            backbone: nowhere
            technique: feature-extraction
            tasks:
              - name: topic
                train:
                  path: train.csv
                  limit: 50
                validation: gone.csv
            """
        let document = try JobFileReader.decode(
            text, name: "job.yaml", url: folder.url.appendingPathComponent("job.yaml"))
        let found = JobValidator.validate(document)
        #expect(found.map(\.keyPath) == ["backbone.folder", "tasks[0].train.limit", "tasks[0].validation"])
        #expect(found.map { $0.location?.line } == [2, 8, 9])
        #expect(found.map(\.severity) == [.error, .warning, .error])
        #expect(found[0].message.contains("nowhere"))
        #expect(found[2].message.contains("gone.csv"))
    }

    @Test(
        arguments: [
            ("config.json", nil, "no config.json"), ("config.json", "[]", "not a JSON object"),
            ("config.json", "{", "not a JSON object"), ("vocab.txt", nil, "no tokenizer"),
            ("model.safetensors", nil, "no model.safetensors"), ("model.safetensors", "short", "not a whole"),
            ("model.safetensors", "12345678 but the header is not that long", "not a whole"),
        ] as [(String, String?, String)])
    func backbonesAreLookedAt(name: String, content: String?, part: String) throws {
        let file = folder.url.appendingPathComponent("model/\(name)")
        try FileManager.default.removeItem(at: file)
        if let content { try folder.write(content, "model/\(name)") }
        let found = problems(job(validation: "dev.csv"))
        #expect(found.count == 1)
        #expect(found.first?.keyPath == "backbone.folder")
        #expect(found.first?.message.contains(part) == true, "\(found)")
    }

    @Test(arguments: [
        (#"{"model_type": "gpt2", "n_layer": 6, "n_positions": 512}"#, PoolingKind.cls, "technique.pooling"),
        (#"{"model_type": "bert", "num_hidden_layers": 6}"#, .last, "technique.pooling"),
        (#"{"model_type": "gpt2", "n_positions": 64}"#, .last, "backbone.maximum_length"),
        (#"{"model_type": "distilbert", "n_layers": 2}"#, .cls, "technique.frozen_layers"),
    ])
    func whatTheModelCannotDoIsSaid(configuration: String, pooling: PoolingKind, keyPath: String) throws {
        try folder.write(configuration, "model/config.json")
        var job = job(validation: "dev.csv")
        job.technique = TechniqueSpecification(kind: .fineTuning, frozenLayers: .first(3), pooling: pooling)
        #expect(problems(job).map(\.keyPath) == [keyPath])
    }

    @Test(
        arguments: [
            (TaskKind.imageClassification, #"{"model_type": "bert", "vocab_size": 9}"#, "for texts"),
            (.imageClassification, #"{"model_type": "mlp"}"#, "for tables"),
            (.tableClassification, #"{"architecture": "resnet20"}"#, "for images"),
            (.tableClassification, #"{"model_type": "vit", "image_size": 224}"#, "for images"),
            (.textClassification, #"{"model_type": "deit"}"#, "for images"),
            (.textClassification, #"{"model_type": "mlp", "hidden_sizes": [4]}"#, "for tables"),
        ])
    func aBackboneOfAnotherKindIsNamed(kind: TaskKind, configuration: String, part: String) throws {
        try folder.write(configuration, "model/config.json")
        var other = job(validation: "dev.csv")
        other.tasks[0].kind = kind
        let found = problems(other).filter { $0.keyPath == "backbone.folder" }
        #expect(found.count == 1)
        #expect(found.first?.message.contains(part) == true, "\(found)")
        #expect(found.first?.message.contains(kind.rawValue) == true)
    }

    @Test func tablesAndImagesNeedNoTokenizer() throws {
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model/vocab.txt"))
        try folder.write(
            #"{"model_type": "mlp", "columns": ["b", "a"], "max_position_embeddings": 2}"#,
            "model/config.json")
        try folder.write("a,label,b\n" + String(repeating: "1,x,2\n3,y,4\n", count: 8), "train.csv")
        var table = job()
        table.tasks[0].kind = .tableClassification
        let found = problems(table)
        #expect(found.map(\.keyPath) == ["tasks[0].columns"])
        #expect(found.first?.message.contains("takes the columns b, a; the task has a, b") == true)
        table.tasks[0].columns = ["b", "a"]
        #expect(problems(table) == [])
        try folder.write(#"{"architecture": "resnet20"}"#, "model/config.json")
        table.tasks[0].kind = .imageClassification
        #expect(problems(table).allSatisfy { !$0.keyPath.hasPrefix("backbone") })
    }

    @Test func shardsOfTheWeightsAreLookedAt() throws {
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model/model.safetensors"))
        try folder.write(
            #"{"weight_map": {"a": "model-1.safetensors"}}"#, "model/model.safetensors.index.json")
        #expect(problems(job(validation: "dev.csv")).map(\.keyPath) == ["backbone.folder"])
        try folder.write([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "model/model-1.safetensors")
        #expect(problems(job(validation: "dev.csv")) == [])
    }

    @Test func fromScratchNeedsNoWeights() throws {
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model/model.safetensors"))
        var scratch = job(validation: "dev.csv")
        scratch.technique.kind = .fromScratch
        #expect(problems(scratch) == [])
    }

    @Test func numbersFitTheBackbone() {
        var tuned = job(validation: "dev.csv")
        tuned.technique = TechniqueSpecification(kind: .fineTuning, frozenLayers: 7)
        tuned.backbone.maximumLength = 513
        #expect(problems(tuned).map(\.keyPath) == ["technique.frozen_layers", "backbone.maximum_length"])
        tuned.technique.frozenLayers = 6
        tuned.backbone.maximumLength = 512
        #expect(problems(tuned) == [])
    }

    @Test func weightsAreOfLabelsThatOccur() {
        var weighted = job(validation: "dev.csv")
        weighted.training.classWeights = .given([
            LabelWeight(label: "1", weight: 2), LabelWeight(label: "yes", weight: 3),
        ])
        let found = problems(weighted)
        #expect(found.map(\.keyPath) == ["training.class_weights.yes"])
        #expect(found.first?.message.contains("its labels are 0, 1.") == true)
    }

    @Test func rangesAreCheckedToo() {
        var odd = job(validation: "dev.csv")
        odd.training.batch = 9
        #expect(problems(odd).map(\.keyPath) == ["training.batch"])
    }

    @Test func dataIsLookedAt() throws {
        try folder.write("text,label\na,0\nb,0\n", "one.csv")
        try folder.write("text,label\na,0\n\"\",2\n", "other.csv")
        try folder.write(Array("text,label\na,0\n".utf8) + [0xE9, 0x2C, 0x30, 0x0A], "latin.csv")
        try folder.write("sentence,label\na,0\nb,1\n", "columns.csv")
        func first(_ job: JobSpecification) -> JobProblem? { problems(job).first { $0.severity == .error } }
        #expect(first(job(train: "one.csv"))?.message.contains("two or more labels") == true)
        #expect(first(job(train: "columns.csv"))?.message.contains("\"sentence\"") == true)
        #expect(first(job(train: "latin.csv"))?.message.contains("row 2 (line 3)") == true)
        let unseen = first(job(validation: "other.csv"))
        #expect(unseen?.keyPath == "tasks[0].validation")
        #expect(unseen?.message.contains("\"2\"") == true)
        let metric = job(train: "other.csv", metric: .f1)
        #expect(problems(metric).allSatisfy { $0.severity == .warning })
    }

    @Test func whatLimitAndFractionLeaveMustBeLearnable() throws {
        let oneLabel = problems(job(validation: "dev.csv", limit: 1)).filter { $0.severity == .error }
        #expect(oneLabel.map(\.keyPath) == ["tasks[0].train"])
        #expect(oneLabel.first?.message.contains("raise the limit") == true)
        let noValidation = problems(job(validationFraction: 1e-9)).filter { $0.severity == .error }
        #expect(noValidation.map(\.keyPath) == ["tasks[0].train"])
        #expect(noValidation.first?.message.contains("validation_fraction") == true)
        #expect(problems(job(limit: 30, validationFraction: 0.3)).allSatisfy { $0.severity == .warning })
    }

    /// An accent composed and one put together are equal to Swift, but two labels in the file.
    @Test func labelsAreTheirBytes() throws {
        try folder.write("text,label\na,caf\u{E9}\nb,cafe\u{301}\n", "train.csv")
        let accents = job(train: "train.csv", microBatches: 1)
        #expect(problems(accents).allSatisfy { $0.severity == .warning })
        let plan = try DatasetPlanner.plan(accents, files: files(accents, in: folder.url)).plan
        #expect(
            plan.tasks[0].labels.map { Array($0.utf8) }
                == ["cafe\u{301}", "caf\u{E9}"].map { Array($0.utf8) })
        try folder.write("text,label\na,cafe\u{301}\nb,x\n", "train.csv")
        try folder.write("text,label\na,caf\u{E9}\n", "dev.csv")
        #expect(
            problems(job(validation: "dev.csv")).filter { $0.severity == .error }.map(\.keyPath)
                == ["tasks[0].validation"])
    }

    @Test func smallDataIsWarnedOf() throws {
        try folder.write(rows(3), "train.csv")
        let found = problems(job(validation: "dev.csv", microBatches: 4))
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.keyPath == "training.micro_batches")
        try folder.write(rows(6), "train.csv")
        #expect(problems(job(validation: "dev.csv", microBatches: 4)).first?.keyPath == "training.batch")
    }
}
